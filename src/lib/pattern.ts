import picomatch from 'picomatch';

/** Full paths of projects do not tell capitals apart in GitLab; names may begin with a dot. */
const OPTIONS = { nocase: true, dot: true, strictBrackets: true, nonegate: true, noextglob: true } as const;

/**
 * Compiles globs on full paths to one function: `*` within a segment, `**` across segments, `!` in front
 * excludes, whatever the order. Throws when a glob is invalid or nothing is included, so that a mistake shows
 * when the config loads and never as a match.
 */
export function compilePatterns(patterns: readonly string[]): (fullPath: string) => boolean {
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const included = patterns.filter((pattern) => !pattern.startsWith('!'));
  if (included.length === 0) throw new Error('names no project to include, only ones to exclude');
  if ([...included, ...excluded].some((pattern) => pattern === '')) throw new Error('has an empty pattern');
  const isIncluded = picomatch(included, OPTIONS);
  const isExcluded = excluded.length === 0 ? () => false : picomatch(excluded, OPTIONS);
  return (fullPath) => isIncluded(fullPath) && !isExcluded(fullPath);
}
