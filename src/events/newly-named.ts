import type { UserPayload } from './payloads.ts';

interface Naming {
  readonly action: string | undefined;
  /** Everybody who is set now. */
  readonly set: readonly UserPayload[] | undefined;
  readonly change:
    | {
        readonly previous?: readonly UserPayload[] | undefined;
        readonly current?: readonly UserPayload[] | undefined;
      }
    | undefined;
  /** People asked once more although they were set before. */
  readonly askedAgain?: readonly UserPayload[] | undefined;
}

/**
 * Usernames in lower case of the people whom a change of assignees or reviewers newly calls on: all of them when
 * the item is opened (GitLab lists no change then), only the added ones on an update, and whoever is asked
 * again. Old GitLab versions list everybody as added when an item is closed or reopened: that calls on nobody.
 */
export function accountsToAct({ action, set = [], change, askedAgain = [] }: Naming): readonly string[] {
  if (action === 'open') return usernames(set);
  if (action !== 'update' && action !== undefined) return [];
  const before = new Set(change?.previous?.map(identity));
  const added = change?.current?.filter((user) => !before.has(identity(user))) ?? [];
  return usernames([...added, ...askedAgain]);
}

/** Usernames in lower case of the people whom a change of assignees or reviewers takes out. */
export function accountsTakenOut(change: Naming['change']): readonly string[] {
  const now = new Set(change?.current?.map(identity));
  return usernames(change?.previous?.filter((user) => !now.has(identity(user))) ?? []);
}

/** By id where there is one: usernames can change, and old payloads have no ids. */
function identity(user: UserPayload): number | string {
  return user.id ?? user.username.toLowerCase();
}

function usernames(users: readonly UserPayload[]): readonly string[] {
  return [...new Set(users.map((user) => user.username.toLowerCase()))];
}
