import { LRUCache } from 'lru-cache';
import type { Trigger } from '../config/config.ts';
import type { Event } from '../events/event.ts';

/** Projects, with kind and account, of which is remembered which triggers they concern. */
const REMEMBERED = 2_000;

/**
 * Which triggers an event could concern by its kind, the account that it calls on and its project, in the order of the
 * config. What was found once is remembered, so that a thousand triggers with ten thousand globs cost an event as much
 * as one.
 */
export function createCandidates(triggers: readonly Trigger[]): (event: Event) => readonly Trigger[] {
  const accounts = new Set(triggers.map(accountOf));
  const known = new LRUCache<string, readonly Trigger[]>({ max: REMEMBERED });

  function concerned(kind: Event['kind'], path: string, account: string | undefined): readonly Trigger[] {
    const key = `${kind} ${account ?? ''} ${path}`;
    const found =
      known.get(key) ??
      triggers.filter(
        (trigger) =>
          trigger.events.has(kind) &&
          (account === undefined || accountOf(trigger) === account) &&
          trigger.projects.match(path),
      );
    known.set(key, found);
    return found;
  }

  return (event) => {
    const { kind, project } = event;
    if (!('accounts' in event)) return concerned(kind, project.path, undefined);
    const ours = event.accounts.filter((account) => accounts.has(account));
    const lists = ours.map((account) => concerned(kind, project.path, account));
    if (lists.length <= 1) return lists[0] ?? [];
    const all = new Set(lists.flat());
    return triggers.filter((trigger) => all.has(trigger));
  };
}

function accountOf({ agent }: Trigger): string {
  return agent.account.toLowerCase();
}
