import { stripVTControlCharacters } from 'node:util';
import { withoutTokens } from '../flows/context/visible.ts';
import { showInvisible } from '../lib/invisible.ts';

const MAX_LINES = 15;
const MAX_CHARACTERS = 1_500;

/** What the Runner writes around the parts of a log that can be folded. */
const SECTION = /section_(?:start|end):\d+:[\w.-]+(?:\[[^\]]*\])?/g;
/** What the Runner puts in front of each line: time, stream, and `+` where the line before goes on. */
const STAMP = /^\d{4}-\d\d-\d\dT[\d:.]+Z [\da-f]{2}[OE][ +]?/gm;
const CONTINUED = /\n\d{4}-\d\d-\d\dT[\d:.]+Z [\da-f]{2}[OE]\+/g;
const PASSWORD = /(:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g;

/**
 * The last lines of a job's log as people may read them in a note: at most 15 with at most 1,500 characters, without
 * colours, marks of sections, progress that was overwritten, invisible characters and tokens. GitLab has masked the
 * masked variables before. Empty where the log says nothing.
 */
export function lastLines(log: string): string {
  const plain = stripVTControlCharacters(log.replace(CONTINUED, '').replace(STAMP, '')).replace(SECTION, '');
  const lines = plain
    .split('\n')
    .map((line) => line.split('\r').filter((part) => part.trim() !== ''))
    .map((parts) => showInvisible(parts.at(-1) ?? '').trimEnd())
    .filter((line) => line !== '');
  const text = withoutTokens(lines.slice(-MAX_LINES).join('\n')).replace(PASSWORD, '$1[password removed]');
  const characters = [...text];
  return characters.length <= MAX_CHARACTERS ? text : `…${characters.slice(1 - MAX_CHARACTERS).join('')}`;
}
