import { ProjectMembers, Users } from '@gitbeaker/rest';
import { LRUCache } from 'lru-cache';
import { Failure } from '../runs/failures.ts';
import type { Account, GitLab, User } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { AccountAnswer, MemberAnswer, UserAnswer } from './responses.ts';

/** What is kept of people's standing: so many answers of each kind, for so many milliseconds. */
const MOST_KEPT = 1_000;
const KEPT_MS = 60_000;

/**
 * Accounts and their membership. What lets somebody in is kept for a minute, for those who ask for no more than
 * that; what keeps somebody out is never kept, so that a right that was just given counts at once. `clock` in
 * milliseconds.
 */
export function createPeople(
  connection: ResourceConnection,
  clock: () => number = () => performance.now(),
): Pick<GitLab, 'account' | 'user' | 'userByName' | 'accessLevel'> {
  const users = new Users(connection);
  const members = new ProjectMembers(connection);
  const kept = { max: MOST_KEPT, ttl: KEPT_MS, ttlResolution: 0, perf: { now: clock } };
  const people = new LRUCache<number, User>(kept);
  const levels = new LRUCache<string, number>(kept);
  let known: Promise<Account> | undefined;

  async function readAccount(): Promise<Account> {
    const answer = readAnswer(AccountAnswer, await users.showCurrentUser());
    const { id, username, name = username } = answer;
    const noReply = `${id}-${username}@users.noreply.${new URL(connection.host).hostname}`;
    return { id, username, name, commitEmail: answer.commit_email ?? answer.email ?? noReply };
  }

  async function readUser(id: number): Promise<User | undefined> {
    // An answer is as old as its question.
    const start = clock();
    const answer = await orUndefined(users.show(id));
    const user = answer === undefined ? undefined : userOf(answer);
    if (user?.active && !user.bot) people.set(id, user, { start });
    else people.delete(id);
    return user;
  }

  async function readLevel(projectId: number, userId: number): Promise<number | undefined> {
    const key = `${projectId}/${userId}`;
    const start = clock();
    const level = await askLevel(projectId, userId);
    if (level === undefined) levels.delete(key);
    else levels.set(key, level, { start });
    return level;
  }

  async function askLevel(projectId: number, userId: number): Promise<number | undefined> {
    try {
      return levelIn(await members.show(projectId, userId, { includeInherited: true }));
    } catch (error) {
      // Without this a service account that was not added to a private project would look like a stranger's visit.
      if (!(error instanceof Failure && error.kind === 'gone')) throw error;
      if (!/project not found/i.test(error.detail)) return undefined;
      throw new Failure('reading the membership', {
        kind: 'permission',
        status: error.status,
        detail: 'The service account cannot see the project.',
      });
    }
  }

  return {
    // Who an account is does not change while the program runs.
    account() {
      known ??= readAccount().catch((error) => {
        known = undefined;
        throw error;
      });
      return known;
    },
    async user(id, { recent = false } = {}) {
      return (recent ? people.get(id) : undefined) ?? readUser(id);
    },
    async userByName(username) {
      const [found] = await users.all({ username, perPage: 1, page: 1 });
      // Asked for no name GitLab lists everybody.
      return found?.username.toLowerCase() === username.toLowerCase() ? readUser(found.id) : undefined;
    },
    async accessLevel(projectId, userId, { enough } = {}) {
      const recent = enough === undefined ? undefined : levels.get(`${projectId}/${userId}`);
      return recent !== undefined && recent >= (enough ?? 0) ? recent : readLevel(projectId, userId);
    },
  };
}

/** GitLab marks bots, and names every state that keeps somebody out; what it leaves out says nothing against them. */
function userOf(answer: unknown): User {
  const { id, username, name = username, state, bot } = readAnswer(UserAnswer, answer);
  return { id, username, name, bot: bot === true, active: isActive(state) };
}

function isActive(state: string | undefined): boolean {
  return state === undefined || state === 'active';
}

/**
 * The level of a membership that counts. Memberships end at the beginning of the day `expires_at`, and GitLab
 * removes what has ended once a day; that somebody has still to approve only editions with seats know.
 */
function levelIn(answer: unknown): number | undefined {
  const { access_level, state, membership_state = 'active', expires_at } = readAnswer(MemberAnswer, answer);
  const isOver = expires_at !== undefined && !(Date.parse(expires_at) > Date.now());
  return isActive(state) && membership_state === 'active' && !isOver ? access_level : undefined;
}
