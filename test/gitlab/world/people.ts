import { randomBytes } from 'node:crypto';
import type { WorldContext } from './context.ts';
import { type LevelName, levelOf } from './levels.ts';
import { getProject, getUser, type ProjectRef, type UserRef } from './lookup.ts';
import type { Group, Member, Token, User } from './records-people.ts';
import { nextId } from './state.ts';

export interface NewUser {
  readonly username: string;
  readonly name?: string;
  readonly email?: string;
  readonly publicEmail?: string;
  readonly bot?: boolean;
  readonly admin?: boolean;
  readonly state?: User['state'];
}

/** Adds a user; `bot: true` for a service account. */
export function addUser(input: NewUser, { state, now }: WorldContext): User {
  const user: User = {
    id: nextId(state, 'users'),
    username: input.username,
    name: input.name ?? input.username,
    email: input.email ?? `${input.username}@example.com`,
    publicEmail: input.publicEmail ?? null,
    bot: input.bot ?? false,
    admin: input.admin ?? false,
    state: input.state ?? 'active',
    createdAt: now(),
  };
  state.users.set(user.id, user);
  return user;
}

/** Blocks or unblocks a user. */
export function setUserState(input: { user: UserRef; state: User['state'] }, { state }: WorldContext): User {
  const user = { ...getUser(input.user, state), state: input.state };
  state.users.set(user.id, user);
  return user;
}

export interface NewToken {
  readonly user: UserRef;
  readonly scopes?: readonly string[];
  readonly name?: string;
  readonly expiresAt?: Date | null;
  readonly value?: string;
  readonly jobId?: number;
}

/** Makes an access token; its `value` is what goes in the header. */
export function addToken(input: NewToken, { state, now }: WorldContext): Token {
  const kind = input.jobId === undefined ? 'personal' : 'job';
  const prefix = kind === 'job' ? 'glcbt-' : 'glpat-';
  const token: Token = {
    id: nextId(state, 'tokens'),
    kind,
    userId: getUser(input.user, state).id,
    name: input.name ?? 'token',
    value: input.value ?? prefix + randomBytes(15).toString('base64url'),
    scopes: input.scopes ?? ['api'],
    expiresAt: input.expiresAt === undefined ? new Date(now().getTime() + yearMs) : input.expiresAt,
    revoked: false,
    createdAt: now(),
    lastUsedAt: null,
    jobId: input.jobId ?? null,
  };
  state.tokens.set(token.id, token);
  return token;
}

/** Revokes a token; the next request with it gets 401. */
export function revokeToken(token: Pick<Token, 'id'>, { state }: WorldContext): void {
  const known = state.tokens.get(token.id);
  if (known !== undefined) state.tokens.set(token.id, { ...known, revoked: true });
}

/** Adds a group and the groups above it that are not there yet. */
export function addGroup(input: { path: string; name?: string }, context: WorldContext): Group {
  const { state } = context;
  for (const group of state.groups.values()) if (group.path === input.path) return group;
  const parent = input.path.split('/').slice(0, -1).join('/');
  if (parent !== '') addGroup({ path: parent }, context);
  const kind = [...state.users.values()].some((user) => user.username === input.path) ? 'user' : 'group';
  const name = input.name ?? input.path.split('/').at(-1) ?? input.path;
  const group: Group = { id: nextId(state, 'groups'), path: input.path, name, kind };
  state.groups.set(group.id, group);
  return group;
}

export type NewMember = {
  readonly user: UserRef;
  readonly level: LevelName | number;
  readonly expiresAt?: Date;
} & ({ readonly project: ProjectRef } | { readonly group: Group });

/** Makes a user a member of a project or group, or changes the role. */
export function addMember(input: NewMember, { state, now }: WorldContext): Member {
  const source =
    'group' in input
      ? { sourceKind: 'group' as const, sourceId: input.group.id }
      : { sourceKind: 'project' as const, sourceId: getProject(input.project, state).id };
  const member: Member = {
    userId: getUser(input.user, state).id,
    ...source,
    accessLevel: levelOf(input.level),
    createdAt: now(),
    expiresAt: input.expiresAt ?? null,
  };
  state.members.set(keyOf(member), member);
  return member;
}

/** Ends a direct membership in a project. */
export function removeMember(
  input: { user: UserRef; project: ProjectRef },
  { state }: WorldContext,
): boolean {
  const userId = getUser(input.user, state).id;
  const sourceId = getProject(input.project, state).id;
  return state.members.delete(keyOf({ userId, sourceKind: 'project', sourceId }));
}

function keyOf(member: Pick<Member, 'userId' | 'sourceKind' | 'sourceId'>): string {
  return `${member.sourceKind}/${member.sourceId}/${member.userId}`;
}

const yearMs = 365 * 24 * 3600 * 1000;
