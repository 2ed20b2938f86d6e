import { Parser } from 'htmlparser2';
import { withoutInlineDiffs } from './inline-diff.ts';
import { MAY_MENTION, renderForMentions } from './render.ts';

/**
 * GitLab's own pattern for the path of a user or group (`User.reference_pattern`): greedy, with no boundary on
 * the right; not preceded by an ASCII word character; never ending in `.`, `.git` or `.atom`.
 */
const SEGMENT = String.raw`(?:[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,254}[a-zA-Z0-9_-]|[a-zA-Z0-9_])(?<!\.git|\.atom)`;
const PATH = `((?:${SEGMENT}/){0,20}${SEGMENT})`;
const REFERENCE = new RegExp(String.raw`(?<!\w)@${PATH}`, 'g');
const WHOLE_REFERENCE = new RegExp(`^@${PATH}$`);

/** GitLab looks at no more references of a text than these (`FILTER_ITEM_LIMIT`). */
const MAX_REFERENCES = 1000;

/** Elements in whose text GitLab does not look for references, and block quotes, in which we do not. */
const OPAQUE = new Set(['pre', 'code', 'a', 'style', 'script', 'blockquote']);

/**
 * What Markdown could mean something by, or GFM make a link of. In prose without it the text of the rendered document is
 * the text itself, and most comments to an agent are such prose.
 */
const MARKED = /[^\p{L}\d ,.;!?'"()@\n-]|^[^\p{L}@\n]|www\./imu;

/** GFM makes a link of an address without a scheme where it begins with `www.`. */
const BARE_ADDRESS = /(?<![\w/])www\.[^\s<]+/gi;

/**
 * The usernames that a Markdown text mentions, in lower case, each once, in the order of the text. Decided as
 * GitLab does it, on the text of the rendered document: nothing in code, links, comments and escapes; a link
 * whose whole address is a reference does count. Differs on purpose in two things: text in block quotes does not
 * count, so that quoting a thread starts nothing again, and a path with a slash names a group, whose members are
 * not meant. Takes time linear in the length of the text.
 */
export function mentionedAccounts(text: string): readonly string[] {
  if (!MAY_MENTION.test(text)) return [];
  const found = new Set<string>();
  const paths = MARKED.test(text) ? referencesIn(renderForMentions(text)) : pathsIn(text, MAX_REFERENCES);
  for (const path of paths) {
    // `@all` is plain text since GitLab 19.0, and was no user before.
    if (!path.includes('/') && path.toLowerCase() !== 'all') found.add(path.toLowerCase());
  }
  return [...found];
}

/** The first references of a text. */
function pathsIn(text: string, most: number): readonly string[] {
  const paths: string[] = [];
  for (const [, path = ''] of text.matchAll(REFERENCE)) {
    if (paths.length >= most) break;
    paths.push(path);
  }
  return paths;
}

/** Every reference of a rendered document in its order: those in its text, and links that are one. */
function referencesIn(html: string): readonly string[] {
  const references: string[] = [];
  const open: string[] = [];
  let quotes = 0;
  let opaque = 0;
  let run = '';
  const endRun = () => {
    const text = withoutInlineDiffs(run).replace(BARE_ADDRESS, ' ');
    run = '';
    references.push(...pathsIn(text, MAX_REFERENCES - references.length));
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        endRun();
        const whole = name === 'a' && quotes === 0 ? WHOLE_REFERENCE.exec(attributes.href ?? '') : null;
        if (whole?.[1] !== undefined && opaque === 0) references.push(whole[1]);
        open.push(name);
        if (name === 'blockquote') quotes += 1;
        if (OPAQUE.has(name)) opaque += 1;
      },
      onclosetag(name) {
        endRun();
        open.pop();
        if (name === 'blockquote') quotes -= 1;
        if (OPAQUE.has(name)) opaque -= 1;
      },
      ontext(text) {
        if (opaque === 0) run += text;
      },
      oncomment: endRun,
    },
    { decodeEntities: true },
  );
  parser.end(html);
  endRun();
  return references;
}
