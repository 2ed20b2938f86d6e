import picomatch from 'picomatch';

/**
 * Full paths of projects do not tell capitals apart in GitLab, and names may begin with a dot. `debug` makes
 * picomatch throw where it would otherwise compile a broken glob to one that matches nothing: in front of such a
 * glob, `!` would exclude nothing.
 */
const OPTIONS = {
  nocase: true,
  dot: true,
  strictBrackets: true,
  nonegate: true,
  noextglob: true,
  windows: false,
  debug: true,
} as const;

const MAX_LENGTH = 500;

/**
 * What is wrong with one glob on full paths, or `undefined`. Also refuses what could never match a project: as
 * an exclusion it would let in what it was meant to keep out. The words do not repeat the glob.
 */
export function patternFault(pattern: string): string | undefined {
  const glob = withoutMark(pattern);
  if (glob === '') return 'is empty';
  if (glob.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (glob.startsWith('/') || glob.endsWith('/') || glob.includes('//')) {
    return 'has an empty segment: a full path neither begins nor ends with a slash, and has no two in a row';
  }
  if (/(?<![/{,]|^)\*\*|\*\*(?![/},]|$)/.test(glob)) {
    return '** stands alone between slashes, as in acme/** or **/docs';
  }
  const plain = withoutAlternatives(glob);
  if (/[{}]/.test(plain)) return 'has a brace without a partner, or without alternatives such as {web,api}';
  // Only where a class begins does ^ mean something.
  if (/[^A-Za-z0-9_.\-*?[\]/]/.test(plain.replaceAll('[^', '['))) {
    return 'has a character that stands neither in paths nor for a choice of them';
  }
  if (!/[/]/.test(glob) && !glob.includes('**')) {
    return 'covers no project, because a full path has a slash: acme/** is everything in the group acme';
  }
  try {
    picomatch.makeRe(glob, OPTIONS);
    return undefined;
  } catch {
    return 'is not a valid glob: are the brackets closed, and their ranges in order?';
  }
}

/**
 * Compiles globs on full paths to one function: `*` within a segment, `**` across segments, `!` in front
 * excludes, whatever the order. Throws when a glob is invalid or nothing is included, so that a mistake shows
 * when the config loads; the function itself never throws.
 */
export function compilePatterns(patterns: readonly string[]): (fullPath: string) => boolean {
  for (const pattern of patterns) {
    const fault = patternFault(pattern);
    if (fault !== undefined) throw new Error(`a pattern ${fault}`);
  }
  const included = patterns.filter((pattern) => !isExclusion(pattern));
  if (included.length === 0) throw new Error('names no project to include, only ones to exclude');
  const excluded = patterns.filter(isExclusion).map(withoutMark);
  const isIncluded = picomatch(included, OPTIONS);
  const isExcluded = excluded.length === 0 ? () => false : picomatch(excluded, OPTIONS);
  return (fullPath) => fullPath !== '' && isIncluded(fullPath) && !isExcluded(fullPath);
}

/** Whether a pattern stands for several paths, and is not itself one. */
export function isGlob(pattern: string): boolean {
  return /[*?[\]{}]/.test(pattern);
}

/** The group that everything is in which a glob covers: the segments before its first sign. Empty where there is none. */
export function groupOf(glob: string): string {
  const segments = glob.split('/');
  return segments.slice(0, segments.findIndex(isGlob)).join('/');
}

/** Whether a pattern takes projects out. */
export function isExclusion(pattern: string): boolean {
  return pattern.startsWith('!');
}

function withoutMark(pattern: string): string {
  return isExclusion(pattern) ? pattern.slice(1) : pattern;
}

/** From the inside out, so that alternatives may hold alternatives. */
function withoutAlternatives(glob: string): string {
  const shorter = glob.replace(/\{[^{}]*,[^{}]*\}/g, (group) => group.replaceAll(/[{},]/g, ''));
  return shorter === glob ? glob : withoutAlternatives(shorter);
}
