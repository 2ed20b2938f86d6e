import { commit } from '../../world/branches.ts';
import { commitInfo, repositoryOf, tip } from '../../world/commits.ts';
import { levels } from '../../world/levels.ts';
import { mayPush } from '../../world/policy.ts';
import type { CommitInfo, Project } from '../../world/records-project.ts';
import { forbidden, notFound, Refusal } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, ok, page } from '../call.ts';
import { commitEntity, diffEntity } from '../entities/commit.ts';
import { flag, InvalidParameter, requiredText, text } from '../input.ts';
import { projectToChange, projectWithCode, userOf } from '../lookup.ts';
import { checkActions } from './file-actions.ts';

/** Commits of a project, and what lies between two of them. */
export const commitRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/repository/commits',
    anonymous: true,
    run: async (call) => {
      const project = projectWithCode(call);
      const repository = repositoryOf(project, call.context.state);
      const range = (text(call, 'ref_name') ?? project.defaultBranch).split('..');
      const ref = range.at(-1) ?? project.defaultBranch;
      if ((await repository.resolve(ref)) === undefined) throw notFound('Commit');
      const log = await repository.log(ref, range.length > 1 ? { since: range[0] ?? '' } : {});
      return page(log, (one) => commitEntity(commitInfo(one), project, call.context));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/repository/commits/:sha',
    anonymous: true,
    run: async (call) => {
      const project = projectWithCode(call);
      return ok(detail(await find(call.params.sha ?? '', project, call), project, call));
    },
  },
  { method: 'POST', path: '/projects/:id/repository/commits', run: makeCommit },
  {
    method: 'GET',
    path: '/projects/:id/repository/compare',
    anonymous: true,
    run: async (call) => {
      const project = projectWithCode(call);
      const repository = repositoryOf(project, call.context.state);
      const to = await find(requiredText(call, 'to'), project, call);
      const from = await find(requiredText(call, 'from'), project, call);
      const straight = flag(call, 'straight') === true;
      const base = straight ? from.id : ((await repository.mergeBase(from.id, to.id)) ?? from.id);
      const log = [...(await repository.log(to.id, { since: base }))].reverse();
      const commits = log.map((one) => commitEntity(commitInfo(one), project, call.context));
      return ok({
        commit: commits.at(-1) ?? null,
        commits,
        diffs: (await repository.diff(base, to.id)).map(diffEntity),
        compare_timeout: false,
        compare_same_ref: from.id === to.id,
        web_url: `${call.context.url()}/${project.pathWithNamespace}/-/compare/${from.id}...${to.id}`,
      });
    },
  },
];

async function makeCommit(call: Call) {
  const project = projectToChange(call, levels.developer);
  const by = userOf(call);
  const branch = requiredText(call, 'branch');
  const message = requiredText(call, 'commit_message');
  if (!mayPush(by, branch, project, call.context))
    throw forbidden('You are not allowed to push into this branch');
  const repository = repositoryOf(project, call.context.state);
  const start = text(call, 'start_branch') ?? text(call, 'start_sha');
  const isForced = flag(call, 'force') === true && start !== undefined;
  const exists = !isForced && (await repository.resolve(`refs/heads/${branch}`)) !== undefined;
  if (!exists && start === undefined)
    throw new Refusal('bad_request', 'You can only create or edit files when you are on a branch');
  if (exists && start !== undefined && start !== branch)
    throw new Refusal(
      'bad_request',
      `A branch called '${branch}' already exists. Switch to that branch in order to make changes`,
    );
  const raw = call.input.actions;
  if (!Array.isArray(raw)) throw new InvalidParameter('actions is missing');
  const actions = await checkActions(raw as Record<string, unknown>[], {
    repository,
    ref: exists ? branch : (start ?? ''),
  });
  const author = {
    name: text(call, 'author_name') ?? by.name,
    email: text(call, 'author_email') ?? by.email,
  };
  const place = start === undefined ? {} : { startBranch: start, force: isForced };
  const id = await commit({ project, by, branch, message, actions, author, ...place }, call.context);
  return created(detail(await find(id, project, call), project, call));
}

/** The commit that a ref names. */
async function find(ref: string, project: Project, call: Call): Promise<CommitInfo> {
  const found = await tip(ref, repositoryOf(project, call.context.state));
  if (found === undefined) throw notFound('Commit');
  return found;
}

function detail(info: CommitInfo, project: Project, call: Call) {
  return {
    ...commitEntity(info, project, call.context),
    status: null,
    project_id: project.id,
    last_pipeline: null,
  };
}
