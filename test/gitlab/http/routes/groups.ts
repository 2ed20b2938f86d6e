import { accessLevel } from '../../world/access.ts';
import { getGroup } from '../../world/lookup.ts';
import { mayReadProject } from '../../world/policy.ts';
import type { Group } from '../../world/records-people.ts';
import type { Project } from '../../world/records-project.ts';
import { notFound } from '../../world/refusal.ts';
import { type Call, type Endpoint, page } from '../call.ts';
import { projectEntity, simpleProject } from '../entities/project.ts';
import { flag, integer } from '../input.ts';
import { userOf } from '../lookup.ts';
import { sorted } from '../sorting.ts';

/** The projects of groups. */
export const groupRoutes: readonly Endpoint[] = [
  { method: 'GET', path: '/groups/:id/projects', run: listProjects },
];

function listProjects(call: Call) {
  const { state } = call.context;
  const user = userOf(call);
  const group = groupOf(call);
  const archived = flag(call, 'archived');
  const withShared = flag(call, 'with_shared') ?? true;
  const withSubgroups = flag(call, 'include_subgroups') ?? false;
  const least = integer(call, 'min_access_level') ?? 0;
  const isIn = (project: Project) =>
    project.groupId === group.id ||
    (withSubgroups && getGroup(project.groupId, state).path.startsWith(`${group.path}/`)) ||
    (withShared && project.sharedWithGroupIds.includes(group.id));
  const found = [...state.projects.values()].filter(
    (project) =>
      isIn(project) &&
      mayReadProject(user, project, call.context) &&
      accessLevel(user, project, call.context) >= least &&
      (archived === undefined || project.archived === archived),
  );
  const present = flag(call, 'simple') === true ? simpleProject : projectEntity;
  return page(sorted(found, call), (project) => present(project, user, call.context));
}

/**
 * The group of the path, by id or full path. Groups are private here: who is a member neither of it, nor of a group
 * above, nor sees a project below is told that it is not there. A user's own namespace is no group.
 */
function groupOf(call: Call): Group {
  const { state } = call.context;
  const user = userOf(call);
  const ref = (call.params.id ?? '').toLowerCase();
  const group = [...state.groups.values()].find(
    ({ id, path, kind }) => kind === 'group' && (String(id) === ref || path.toLowerCase() === ref),
  );
  if (group === undefined) throw notFound('Group');
  const below = [...state.projects.values()].filter((project) =>
    `${project.pathWithNamespace}/`.startsWith(`${group.path}/`),
  );
  const isMember = [...state.members.values()].some(
    ({ userId, sourceKind, sourceId }) =>
      userId === user.id &&
      sourceKind === 'group' &&
      `${group.path}/`.startsWith(`${getGroup(sourceId, state).path}/`),
  );
  if (!user.admin && !isMember && !below.some((project) => mayReadProject(user, project, call.context)))
    throw notFound('Group');
  return group;
}
