import { Lexer, Parser } from 'yaml';

/** Levels of nesting; a config has six. */
const MAX_DEPTH = 64;

/**
 * Whether YAML nests deeper than any config or flow does. Asked before it is parsed, because building nested
 * nodes takes stack, and running out of it inside a regular expression ends the whole process.
 */
export function nestsTooDeeply(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return true;
  }
  return false;
}
