import type { GitLab } from './ports.ts';

/** The same GitLab, of which nothing is asked before `confirm` resolves, and nothing at all where it rejects. */
export function guarded(gitlab: GitLab, confirm: () => Promise<void>): GitLab {
  const calls = Object.entries(gitlab).map(([name, call]) => [
    name,
    async (...asked: never[]) => {
      await confirm();
      return call(...asked);
    },
  ]);
  return Object.fromEntries(calls);
}
