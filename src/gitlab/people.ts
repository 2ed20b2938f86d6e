import { ProjectMembers, Users } from '@gitbeaker/rest';
import { LRUCache } from 'lru-cache';
import { Failure } from '../runs/failures.ts';
import type { Account, GitLab, Membership, User } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { AccountAnswer, MemberAnswer, UserAnswer } from './responses.ts';

/** What is kept of people's standing: so many answers of each kind, for so many milliseconds. */
const MOST_KEPT = 1_000;
const KEPT_MS = 60_000;
/** Milliseconds for which an account is known to itself: its name or the address of its commits may change. */
const OWN_KEPT_MS = 3_600_000;

/**
 * Accounts and their membership. What lets somebody in is kept for a minute, for those who ask for no more than
 * that; what keeps somebody out is never kept, so that a right that was just given counts at once. `clock` in
 * milliseconds.
 */
export function createPeople(
  connection: ResourceConnection,
  clock: () => number = () => performance.now(),
): Pick<GitLab, 'account' | 'user' | 'userByName' | 'accessLevel' | 'membership'> {
  const users = new Users(connection);
  const members = new ProjectMembers(connection);
  const kept = { max: MOST_KEPT, ttl: KEPT_MS, ttlResolution: 0, perf: { now: clock } };
  const people = new LRUCache<number, User>(kept);
  const levels = new LRUCache<string, number>(kept);
  const own = new LRUCache<'own', Promise<Account>>({ ...kept, max: 1, ttl: OWN_KEPT_MS });

  async function readAccount(): Promise<Account> {
    const answer = readAnswer(AccountAnswer, await users.showCurrentUser());
    const { id, username, name = username } = answer;
    const noReply = `${id}-${username}@users.noreply.${new URL(connection.host).hostname}`;
    return { id, username, name, commitEmail: answer.commit_email ?? answer.email ?? noReply };
  }

  async function readUser(id: number): Promise<User | undefined> {
    // An answer is as old as its question.
    const start = clock();
    // Whatever comes of it, also a refusal, what was known before counts no more.
    people.delete(id);
    const answer = await orUndefined(users.show(id));
    const user = answer === undefined ? undefined : userOf(answer);
    if (user?.active && !user.bot) people.set(id, user, { start });
    return user;
  }

  async function readMembership(projectId: number, userId: number): Promise<Membership | undefined> {
    const key = `${projectId}/${userId}`;
    const start = clock();
    levels.delete(key);
    const membership = await askMembership(projectId, userId);
    if (membership !== undefined && membership.active !== false) {
      levels.set(key, membership.level, { start });
    }
    return membership;
  }

  async function readLevel(projectId: number, userId: number): Promise<number | undefined> {
    const membership = await readMembership(projectId, userId);
    return membership?.active === false ? undefined : membership?.level;
  }

  async function askMembership(projectId: number, userId: number): Promise<Membership | undefined> {
    try {
      return membershipIn(await members.show(projectId, userId, { includeInherited: true }));
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
    account() {
      const known = own.get('own');
      if (known !== undefined) return known;
      const asked = readAccount();
      own.set('own', asked);
      asked.catch(() => own.delete('own'));
      return asked;
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
    membership: readMembership,
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
 * A membership that counts. Memberships end at the beginning of the day `expires_at`, and GitLab
 * removes what has ended once a day; that somebody has still to approve only editions with seats know.
 */
function membershipIn(answer: unknown): Membership | undefined {
  const read = readAnswer(MemberAnswer, answer);
  const { access_level: level, username, state, membership_state = 'active', expires_at } = read;
  const isOver = expires_at !== undefined && !(Date.parse(expires_at) > Date.now());
  if (membership_state !== 'active' || isOver) return undefined;
  return { level, username, active: state === undefined ? undefined : isActive(state) };
}
