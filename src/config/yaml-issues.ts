import { type Document, isMap, isScalar, type Node, Scalar, visit, type YAMLMap } from 'yaml';
import type { Issue } from './explain.ts';
import { pathOf } from './place.ts';

/** How many aliases a file may have, and how far they may unfold together. */
export const MAX_ALIASES = 100;

/** Looking for more would only take time. */
const MAX_ISSUES = 1000;

const SYNTAX: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE:
    'there is no such escape in a text in double quotes; single quotes take a backslash as it is',
  BAD_INDENT: 'the indentation does not fit what is around it',
  BAD_SCALAR_START: 'a text that begins with this character must be in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text with a colon and a space in it must be in quotes',
  MISSING_CHAR:
    'a colon, quote, comma or bracket is missing (texts with ${…} inside [ ] or { } must be in quotes)',
  MULTILINE_IMPLICIT_KEY: 'there is no colon behind this key',
  MULTIPLE_DOCS: 'the file holds a second document: it must be one, without --- in the middle',
  RESOURCE_EXHAUSTION: 'the file nests too deeply',
  TAB_AS_INDENT: 'a tab cannot indent: use spaces',
  UNEXPECTED_TOKEN: 'this does not belong here (texts with ${…} inside [ ] or { } must be in quotes)',
};

/** Puts the parser's errors in words of our own: its own may repeat the text, and with it a secret. */
export function syntaxIssues(document: Document): readonly Issue[] {
  return document.errors.map(({ code, pos }) => ({
    path: [],
    message: `the file is not valid YAML: ${SYNTAX[code] ?? 'this cannot be read'}`,
    offset: pos[0],
  }));
}

/** What YAML allows and a config does not: keys that stand twice, tags, and aliases of nothing or without end. */
export function structureIssues(document: Document): {
  readonly issues: readonly Issue[];
  /** The nodes that the issues are about, so that nothing more is said of them. */
  readonly nodes: ReadonlySet<Node>;
} {
  const issues: Issue[] = [];
  const nodes = new Set<Node>();
  const anchors = new Set<string>();
  const report = (node: Node, path: readonly PropertyKey[], message: string, offset?: number) => {
    issues.push({ path, message, offset: offset ?? node.range?.[0] ?? 0 });
    nodes.add(node);
  };
  const tags = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED').map(({ pos }) => pos[0]);
  let aliases = 0;
  visit(document, {
    Alias(_, node, ancestors) {
      aliases += 1;
      if (aliases === MAX_ALIASES + 1) {
        report(node, [], `the file has more than ${MAX_ALIASES} aliases`);
        return visit.BREAK;
      }
      if (anchors.has(node.source)) return undefined;
      const message =
        'is read as an alias because of the * in front, and there is no such anchor: use quotes';
      report(node, pathOf(ancestors, node), message);
      // A value of its own, so that the rest of the file can still be read.
      const stand = new Scalar(null);
      if (node.range) stand.range = node.range;
      nodes.add(stand);
      return stand;
    },
    Value(_, node, ancestors) {
      if (issues.length > MAX_ISSUES) return visit.BREAK;
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (node.tag?.startsWith('!')) {
        const message = 'is read as a YAML tag because of the ! in front: use quotes';
        report(node, pathOf(ancestors, node), message, tags.shift());
      }
      for (const key of isMap(node) ? repeatedKeys(node) : []) {
        report(key, [...pathOf(ancestors, node), String(key.value)], 'stands here a second time');
      }
      return undefined;
    },
  });
  return { issues, nodes };
}

/** The library's own check compares every key with every other, which takes minutes for a large mapping. */
function repeatedKeys({ items }: YAMLMap): readonly Scalar[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    const isRepeated = seen.has(name);
    seen.add(name);
    return isRepeated ? [key] : [];
  });
}
