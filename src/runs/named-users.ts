import type { Trigger } from '../config/config.ts';
import type { GitLab, User } from './ports.ts';

/** Milliseconds after which a name that GitLab did not know is asked for again. */
const ASK_AGAIN_MS = 60_000;

/** Says whether a trigger's `users` let somebody in. */
export type IsLetIn = (
  user: User,
  users: Trigger['users'],
  gitlab: Pick<GitLab, 'userByName'>,
) => Promise<boolean>;

/**
 * Holds the names of `users` to the accounts that had them when they were first needed: usernames can be changed, and
 * a name that was given up can be taken by anybody. Denied is whoever has a denied name or had it then. Allowed is who
 * has an allowed name and had it then. Kept as long as the process lives: after a restart a name means whoever has it
 * now. `unknown` is told once of each name that GitLab does not know.
 */
export function createNamedUsers({
  clock,
  unknown,
}: {
  clock: () => number;
  unknown: (username: string) => void;
}): IsLetIn {
  const ids = new Map<string, number>();
  const askedAt = new Map<string, number>();

  async function resolve(names: Iterable<string>, gitlab: Pick<GitLab, 'userByName'>): Promise<void> {
    for (const name of names) {
      if (ids.has(name) || clock() - (askedAt.get(name) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN_MS) continue;
      const found = await gitlab.userByName(name);
      // Another run may have asked meanwhile; the first answer counts.
      if (found !== undefined && !ids.has(name)) ids.set(name, found.id);
      if (found === undefined && !askedAt.has(name)) unknown(name);
      askedAt.set(name, clock());
    }
  }

  return async ({ id, username }, { allow, deny }, gitlab) => {
    await resolve([...deny, ...allow], gitlab);
    const name = username.toLowerCase();
    if (deny.has(name) || [...deny].some((denied) => ids.get(denied) === id)) return false;
    return allow.size === 0 || (allow.has(name) && ids.get(name) === id);
  };
}
