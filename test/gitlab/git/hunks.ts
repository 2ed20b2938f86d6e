import { structuredPatch } from 'diff';

/** Git's own rule: a NUL byte among the first 8000 makes a file binary. */
const PROBE_BYTES = 8000;
/** GitLab collapses larger diffs, too; and a diff of megabytes would block the process for minutes. */
const MAX_BYTES = 1_000_000;

/** Whether Git would treat this content as binary. */
export function isBinary(content: Uint8Array): boolean {
  return content.subarray(0, PROBE_BYTES).includes(0);
}

function range(start: number, lines: number): string {
  // Git counts an empty range from the line before it and leaves out a length of one.
  if (lines === 0) return `${start - 1},0`;
  return lines === 1 ? `${start}` : `${start},${lines}`;
}

/**
 * The unified diff of two texts, hunks only, three lines of context, as Git prints it (without the function
 * name after the second `@@`). Empty for equal texts and for texts above 1 MB, which GitLab collapses.
 */
export function hunks(before: Uint8Array, after: Uint8Array): string {
  if (before.length + after.length > MAX_BYTES) return '';
  const text = new TextDecoder();
  const patch = structuredPatch('a', 'b', text.decode(before), text.decode(after), '', '', { context: 3 });
  return patch.hunks
    .map((hunk) => {
      const from = range(hunk.oldStart, hunk.oldLines);
      const to = range(hunk.newStart, hunk.newLines);
      return `@@ -${from} +${to} @@\n${hunk.lines.map((line) => `${line}\n`).join('')}`;
    })
    .join('');
}
