/** A command in a note, such as `/assign @bot`. */
export interface QuickAction {
  readonly name: string;
  readonly argument: string;
}

const known = new Set([
  'approve',
  'assign',
  'assign_reviewer',
  'close',
  'confidential',
  'done',
  'draft',
  'label',
  'lock',
  'merge',
  'ready',
  'reassign',
  'relabel',
  'remove_reviewer',
  'reopen',
  'request_review',
  'reviewer',
  'title',
  'todo',
  'unassign',
  'unassign_reviewer',
  'unlabel',
  'unlock',
]);

/**
 * Takes the commands out of a note, as GitLab does before it saves one. A command starts its line; inside fenced
 * code it is text, and so is a word that GitLab does not know.
 */
export function splitQuickActions(body: string): {
  readonly text: string;
  readonly actions: readonly QuickAction[];
} {
  const kept: string[] = [];
  const actions: QuickAction[] = [];
  let fence: string | undefined;
  for (const line of body.split('\n')) {
    const marker = /^\s{0,3}(```+|~~~+)/.exec(line)?.[1];
    if (marker !== undefined)
      fence = fence === undefined ? marker : line.trim().startsWith(fence) ? undefined : fence;
    const command = fence === undefined ? /^\/([a-z_]+)(?:\s+(.*))?\s*$/.exec(line) : null;
    const name = command?.[1] ?? '';
    if (command !== null && known.has(name)) actions.push({ name, argument: (command[2] ?? '').trim() });
    else kept.push(line);
  }
  return { text: actions.length === 0 ? body : kept.join('\n').trim(), actions };
}
