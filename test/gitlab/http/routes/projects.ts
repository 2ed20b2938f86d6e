import { accessLevel, allMembers, effectiveMember } from '../../world/access.ts';
import { repositoryOf } from '../../world/commits.ts';
import { levels } from '../../world/levels.ts';
import { addMember, removeMember } from '../../world/people.ts';
import { addLabel, updateProject } from '../../world/projects.ts';
import type { Member } from '../../world/records-people.ts';
import { forbidden, notFound, Refusal } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, empty, ok, page } from '../call.ts';
import { labelEntity, projectEntity, simpleProject } from '../entities/project.ts';
import { memberEntity } from '../entities/user.ts';
import { choice, flag, given, integer, requiredInteger, requiredText, text } from '../input.ts';
import { projectOf, projectToChange, userOf } from '../lookup.ts';
import { sorted } from '../sorting.ts';

const roles = ['no_one_allowed', 'developer', 'maintainer', 'owner'] as const;

/** Projects, their members and labels. */
export const projectRoutes: readonly Endpoint[] = [
  { method: 'GET', path: '/projects', run: listProjects },
  {
    method: 'GET',
    path: '/projects/:id',
    anonymous: true,
    run: async (call) => {
      const project = projectOf(call);
      const branches = await repositoryOf(project, call.context.state).branches();
      return ok({ ...projectEntity(project, call.user, call.context), empty_repo: branches.length === 0 });
    },
  },
  { method: 'PUT', path: '/projects/:id', run: changeProject },
  {
    method: 'GET',
    path: '/projects/:id/members',
    run: (call) => page(direct(call), (member) => memberEntity(member, call.context)),
  },
  {
    method: 'GET',
    path: '/projects/:id/members/all',
    run: (call) => {
      const project = projectOf(call);
      userOf(call);
      const best = new Map<number, Member>();
      for (const member of allMembers(project, call.context)) {
        const known = best.get(member.userId);
        if (known === undefined || known.accessLevel < member.accessLevel) best.set(member.userId, member);
      }
      return page(matching([...best.values()], call), (member) => memberEntity(member, call.context));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/members/all/:user_id',
    run: (call) => {
      const project = projectOf(call);
      userOf(call);
      const member = effectiveMember({ id: Number(call.params.user_id) }, project, call.context);
      if (member === undefined) throw notFound();
      return ok(memberEntity(member, call.context));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/members/:user_id',
    run: (call) => {
      const member = direct(call).find((one) => one.userId === Number(call.params.user_id));
      if (member === undefined) throw notFound();
      return ok(memberEntity(member, call.context));
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/members',
    run: (call) => {
      const project = projectToChange(call, levels.maintainer);
      const user = call.context.state.users.get(requiredInteger(call, 'user_id'));
      if (user === undefined) throw notFound('User');
      if (direct(call).some((member) => member.userId === user.id))
        throw new Refusal('conflict', 'Member already exists');
      const level = requiredInteger(call, 'access_level');
      return created(memberEntity(addMember({ project, user, level }, call.context), call.context));
    },
  },
  {
    method: 'PUT',
    path: '/projects/:id/members/:user_id',
    run: (call) => {
      const project = projectToChange(call, levels.maintainer);
      const member = direct(call).find((one) => one.userId === Number(call.params.user_id));
      const user = member === undefined ? undefined : call.context.state.users.get(member.userId);
      if (user === undefined) throw notFound();
      const level = requiredInteger(call, 'access_level');
      return ok(memberEntity(addMember({ project, user, level }, call.context), call.context));
    },
  },
  {
    method: 'DELETE',
    path: '/projects/:id/members/:user_id',
    run: (call) => {
      const project = projectToChange(call, levels.maintainer);
      const user = call.context.state.users.get(Number(call.params.user_id));
      if (user === undefined || !removeMember({ project, user }, call.context)) throw notFound();
      return empty;
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/labels',
    anonymous: true,
    run: (call) => {
      const project = projectOf(call);
      const labels = [...call.context.state.labels.values()].filter(
        (label) => label.projectId === project.id,
      );
      return page(labels, labelEntity);
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/labels',
    run: (call) => {
      const project = projectToChange(call, levels.planner);
      const name = requiredText(call, 'name');
      const color = requiredText(call, 'color');
      for (const label of call.context.state.labels.values())
        if (label.projectId === project.id && label.name === name)
          throw new Refusal('conflict', 'Label already exists');
      const description = text(call, 'description');
      return created(
        labelEntity(addLabel({ project, name, color, ...given({ description }) }, call.context)),
      );
    },
  },
];

/** The projects that the caller is a member of with at least some role; GitLab lists others too. */
function listProjects(call: Call) {
  const user = userOf(call);
  const least = integer(call, 'min_access_level');
  if (least === undefined) throw new Refusal('bad_request', 'this stand-in lists by min_access_level only');
  const archived = flag(call, 'archived');
  const found = [...call.context.state.projects.values()].filter(
    (project) =>
      (effectiveMember(user, project, call.context)?.accessLevel ?? 0) >= least &&
      (archived === undefined || project.archived === archived),
  );
  const present = flag(call, 'simple') === true ? simpleProject : projectEntity;
  return page(sorted(found, call), (project) => present(project, user, call.context));
}

function changeProject(call: Call) {
  const before = projectToChange(call, levels.maintainer);
  const role = choice(call, 'ci_pipeline_variables_minimum_override_role', roles);
  const level = accessLevel(call.user, before, call.context);
  const ownersOnly = ['owner', 'no_one_allowed'];
  // Once only Owners may pass variables, only Owners may change that.
  if (
    role !== undefined &&
    level < levels.owner &&
    [before.pipelineVariablesRole, role].some((r) => ownersOnly.includes(r))
  )
    throw forbidden();
  const changes = given({
    name: text(call, 'name'),
    description: text(call, 'description'),
    defaultBranch: text(call, 'default_branch'),
    visibility: choice(call, 'visibility', ['private', 'internal', 'public']),
    ciConfigPath: text(call, 'ci_config_path'),
    pipelineVariablesRole: role,
  });
  const project = updateProject({ project: before, ...changes }, call.context);
  // Only the answer to GET tells what the caller may do.
  const { permissions: _permissions, ...entity } = projectEntity(project, call.user, call.context);
  return ok(entity);
}

function direct(call: Call): readonly Member[] {
  const project = projectOf(call);
  userOf(call);
  const members = allMembers(project, call.context).filter((member) => member.sourceKind === 'project');
  return matching(members, call);
}

function matching(members: readonly Member[], call: Call): readonly Member[] {
  const query = text(call, 'query')?.toLowerCase();
  if (query === undefined) return members;
  return members.filter((member) => {
    const user = call.context.state.users.get(member.userId);
    return user !== undefined && `${user.username} ${user.name}`.toLowerCase().includes(query);
  });
}
