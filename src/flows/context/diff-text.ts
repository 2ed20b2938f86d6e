import { showInvisible } from '../../lib/invisible.ts';
import { cutToJson, jsonBytes } from './json-text.ts';
import { withoutTokens } from './visible.ts';

/** A changed file of a merge request. */
export interface FileDiff {
  readonly oldPath: string;
  readonly newPath: string;
  /** Empty where GitLab gives none: a binary file, or one that changed too much. */
  readonly diff: string;
  /** A lock file or the like: GitLab folds its diff. */
  readonly generated: boolean;
}

/** No file takes more than this part of the room while others are still to come. */
const LARGEST_PART = 0.4;

/**
 * The diff in at most `maxBytes` of JSON, a file after another as GitLab writes it in the context of a flow. Files
 * that people write come before generated ones; a long one is cut, and what is missing is said with the command
 * that shows it. `total`: how many files changed, where known.
 */
export function diffText(
  files: readonly FileDiff[],
  { targetBranch, total, maxBytes }: { targetBranch: string; total: number; maxBytes: number },
): string {
  const see = `git diff origin/${targetBranch}...HEAD`;
  const notice = (count: number) =>
    `[changed files left out by Beckon: ${count}; \`${see} --stat\` lists all]\n`;
  const count = Math.max(total, files.length);
  let left = maxBytes - jsonBytes(notice(count));
  const parts: string[] = [];
  const ordered = files.toSorted((a, b) => Number(a.generated) - Number(b.generated));
  for (const [index, file] of ordered.entries()) {
    const isLast = index === ordered.length - 1;
    const room = isLast ? left : Math.max(left * LARGEST_PART, Math.min(left, maxBytes * 0.1));
    const text = fileText(file, Math.floor(room), see);
    if (text === '') break;
    parts.push(text);
    left -= jsonBytes(text);
  }
  const missing = count - parts.length;
  return parts.join('') + (missing > 0 ? notice(missing) : '');
}

/** Empty where there is no room for anything of use. */
function fileText({ oldPath, newPath, diff }: FileDiff, maxBytes: number, see: string): string {
  const body = diff === '' ? '[GitLab gives no diff: a binary file, or too many changes]' : diff.trimEnd();
  const text = withoutTokens(showInvisible(`--- ${oldPath}\n+++ ${newPath}\n${body}\n`));
  const mark = `\n[cut here by Beckon; \`${see} -- ${newPath}\` shows the rest]\n`;
  const cut = cutToJson(text, maxBytes, mark);
  return cut.includes('\n@@') || cut === text ? cut : '';
}
