import { levels } from './levels.ts';
import type { Member, User } from './records-people.ts';
import type { Project } from './records-project.ts';
import type { State } from './state.ts';

/** A user's highest membership in a project, direct or inherited from its groups; what `members/all` answers. */
export function effectiveMember(
  user: Pick<User, 'id'>,
  project: Project,
  { state, now }: { state: State; now: () => Date },
): Member | undefined {
  let best: Member | undefined;
  for (const member of allMembers(project, { state, now }))
    if (member.userId === user.id && (best === undefined || member.accessLevel > best.accessLevel))
      best = member;
  return best;
}

/** Memberships that count in a project, the project's own first. Expired ones do not count. */
export function allMembers(
  project: Project,
  { state, now }: { state: State; now: () => Date },
): readonly Member[] {
  const sources = new Set([
    `project/${project.id}`,
    ...groupChain(project, state).map((id) => `group/${id}`),
  ]);
  return [...state.members.values()]
    .filter((m) => sources.has(`${m.sourceKind}/${m.sourceId}`))
    .filter((m) => m.expiresAt === null || m.expiresAt > now())
    .sort((a, b) => (a.sourceKind === b.sourceKind ? 0 : a.sourceKind === 'project' ? -1 : 1));
}

/** The access level that decides what a user may do; 0 for strangers. Admins count as owners. */
export function accessLevel(
  user: User | undefined,
  project: Project,
  dependencies: { state: State; now: () => Date },
): number {
  if (user === undefined) return levels.none;
  if (user.admin) return levels.owner;
  return effectiveMember(user, project, dependencies)?.accessLevel ?? levels.none;
}

/** Ids of the groups above a project, nearest first. */
function groupChain(project: Project, state: State): readonly number[] {
  const path = state.groups.get(project.groupId)?.path ?? '';
  const segments = path.split('/');
  const chain: number[] = [];
  for (let length = segments.length; length > 0; length -= 1) {
    const wanted = segments.slice(0, length).join('/');
    for (const group of state.groups.values()) if (group.path === wanted) chain.push(group.id);
  }
  return chain;
}
