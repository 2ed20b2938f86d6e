import { createBranch, deleteBranch } from '../../world/branches.ts';
import { repositoryOf, tip } from '../../world/commits.ts';
import { levels } from '../../world/levels.ts';
import { mayPush } from '../../world/policy.ts';
import type { Project } from '../../world/records-project.ts';
import { notFound } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, empty, ok } from '../call.ts';
import { branchEntity } from '../entities/commit.ts';
import { requiredText, text } from '../input.ts';
import { projectToChange, projectWithCode, userOf } from '../lookup.ts';

/** Branches of a project. */
export const branchRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/repository/branches',
    anonymous: true,
    run: async (call) => {
      const project = projectWithCode(call);
      const search = text(call, 'search')?.toLowerCase();
      const branches = await repositoryOf(project, call.context.state).branches();
      const names = branches
        .map((branch) => branch.name)
        .filter((name) => search === undefined || matches(name.toLowerCase(), search))
        .sort();
      const items = await Promise.all(names.map((name) => one(name, project, call)));
      return { kind: 'page', items, present: (item: unknown) => item };
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/repository/branches/:branch',
    anonymous: true,
    run: async (call) => ok(await one(call.params.branch ?? '', projectWithCode(call), call)),
  },
  {
    method: 'POST',
    path: '/projects/:id/repository/branches',
    run: async (call) => {
      const project = projectToChange(call, levels.developer);
      const branch = requiredText(call, 'branch');
      await createBranch({ project, by: userOf(call), branch, ref: requiredText(call, 'ref') }, call.context);
      return created(await one(branch, project, call));
    },
  },
  {
    method: 'DELETE',
    path: '/projects/:id/repository/branches/:branch',
    run: async (call) => {
      const project = projectToChange(call, levels.developer);
      await deleteBranch({ project, by: userOf(call), branch: call.params.branch ?? '' }, call.context);
      return empty;
    },
  },
];

async function one(name: string, project: Project, call: Call) {
  const commit = await tip(`refs/heads/${name}`, repositoryOf(project, call.context.state));
  if (commit === undefined) throw notFound('Branch');
  const canPush = mayPush(call.user, name, project, call.context);
  return branchEntity({ name, commit, canPush }, project, call.context);
}

/** GitLab's search: `^` anchors the start, `$` the end, everything else is a part of the name. */
function matches(name: string, search: string): boolean {
  if (search.startsWith('^')) return name.startsWith(search.slice(1));
  if (search.endsWith('$')) return name.endsWith(search.slice(0, -1));
  return name.includes(search);
}
