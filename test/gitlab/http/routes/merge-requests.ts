import { commitInfo, repositoryOf } from '../../world/commits.ts';
import { editNoteable } from '../../world/edit-noteable.ts';
import { levels } from '../../world/levels.ts';
import { findProject, findUser, getProject } from '../../world/lookup.ts';
import { openMergeRequest } from '../../world/merge-requests.ts';
import { mergeMergeRequest } from '../../world/merging.ts';
import { mayPush, mayReadProject, mayWrite } from '../../world/policy.ts';
import type { MergeRequest } from '../../world/records-discussion.ts';
import { forbidden, notFound, Refusal } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, ok, page } from '../call.ts';
import { commitEntity, diffEntity } from '../entities/commit.ts';
import { isDraft, mergeRequestBasic, mergeRequestEntity } from '../entities/merge-request.ts';
import { pipelineBasic } from '../entities/pipeline.ts';
import { userById } from '../entities/user.ts';
import { choice, flag, given, integer, integers, list, requiredText, text } from '../input.ts';
import { mergeRequestOf, projectOf, projectWithCode, userOf } from '../lookup.ts';
import { sorted } from '../sorting.ts';
import { assigneesOf, commonEdit, matches } from './issues.ts';

const item = '/projects/:id/merge_requests/:iid';

/** Merge requests of a project. */
export const mergeRequestRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/merge_requests',
    anonymous: true,
    run: (call) => page(search(call), (mr) => mergeRequestBasic(mr, call.context)),
  },
  { method: 'POST', path: '/projects/:id/merge_requests', run: open },
  {
    method: 'GET',
    path: item,
    anonymous: true,
    run: async (call) => ok(await full(mergeRequestOf(call), call)),
  },
  {
    method: 'PUT',
    path: item,
    run: async (call) => {
      const before = mergeRequestOf(call);
      const edit = given({
        ...commonEdit(call, before, projectOf(call)),
        targetBranch: text(call, 'target_branch'),
        reviewerIds: reviewersOf(call),
        removeSourceBranch: flag(call, 'remove_source_branch'),
        squash: flag(call, 'squash'),
      });
      return ok(await full(editNoteable({ on: before, by: userOf(call), edit }, call.context), call));
    },
  },
  {
    method: 'PUT',
    path: `${item}/merge`,
    run: async (call) => {
      const mr = mergeRequestOf(call);
      const project = projectOf(call);
      if (!mayPush(userOf(call), mr.targetBranch, project, call.context))
        throw new Refusal('unauthorized', '401 Unauthorized');
      if (mr.state !== 'opened' || isDraft(mr)) throw new Refusal('not_allowed', '405 Method Not Allowed');
      return ok(
        await full(await mergeMergeRequest({ mergeRequest: mr, by: userOf(call) }, call.context), call),
      );
    },
  },
  {
    method: 'GET',
    path: `${item}/changes`,
    anonymous: true,
    run: async (call) => {
      const mr = mergeRequestOf(call);
      const changes = (await diffsOf(mr, call)).map(diffEntity);
      return ok({ ...mergeRequestEntity(mr, changes.length, call.context), changes, overflow: false });
    },
  },
  {
    method: 'GET',
    path: `${item}/diffs`,
    anonymous: true,
    run: async (call) => page(await diffsOf(mergeRequestOf(call), call), diffEntity),
  },
  {
    method: 'GET',
    path: `${item}/raw_diffs`,
    anonymous: true,
    run: async (call) => {
      const diffs = await diffsOf(mergeRequestOf(call), call);
      const files = diffs.map(
        (d) =>
          `diff --git a/${d.oldPath} b/${d.newPath}\n--- ${d.newFile ? '/dev/null' : `a/${d.oldPath}`}\n+++ ${d.deletedFile ? '/dev/null' : `b/${d.newPath}`}\n${d.diff}`,
      );
      return { kind: 'text', text: files.join('') };
    },
  },
  {
    method: 'GET',
    path: `${item}/commits`,
    anonymous: true,
    run: async (call) => {
      const mr = mergeRequestOf(call);
      const project = getProject(mr.sourceProjectId, call.context.state);
      const log = await repositoryOf(project, call.context.state).log(mr.sha, { since: mr.diffRefs.baseSha });
      return page(log, (commit) => commitEntity(commitInfo(commit), project, call.context));
    },
  },
  {
    method: 'GET',
    path: `${item}/pipelines`,
    run: (call) => {
      const mr = mergeRequestOf(call);
      const pipelines = [...call.context.state.pipelines.values()]
        .filter((p) => p.projectId === mr.sourceProjectId && p.ref === mr.sourceBranch)
        .reverse();
      return page(pipelines, (pipeline) => pipelineBasic(pipeline, call.context));
    },
  },
  {
    method: 'GET',
    path: `${item}/reviewers`,
    run: (call) =>
      page(mergeRequestOf(call).reviewers, (r) => ({
        user: userById(r.userId, call.context),
        state: r.state,
        created_at: r.createdAt.toISOString(),
      })),
  },
];

async function open(call: Call) {
  const source = projectOf(call);
  const author = userOf(call);
  const targetId = integer(call, 'target_project_id');
  const target = targetId === undefined ? source : findProject(targetId, call.context.state);
  if (target === undefined || !mayReadProject(author, target, call.context)) throw notFound('Project');
  if (!mayWrite(author, levels.developer, source, call.context) || !target.mergeRequestsEnabled)
    throw forbidden();
  if (target.id !== source.id && source.forkedFromId !== target.id)
    throw new Refusal('unprocessable', {
      project_fork: ['Source project is not a fork of the target project'],
    });
  const mr = await openMergeRequest(
    {
      project: target,
      sourceProject: source,
      author,
      title: requiredText(call, 'title'),
      sourceBranch: requiredText(call, 'source_branch'),
      targetBranch: requiredText(call, 'target_branch'),
      ...given({
        description: text(call, 'description'),
        assignees: assigneesOf(call),
        reviewers: reviewersOf(call),
        labels: list(call, 'labels'),
        removeSourceBranch: flag(call, 'remove_source_branch'),
        squash: flag(call, 'squash'),
      }),
    },
    call.context,
  );
  return created(await full(mr, call));
}

function search(call: Call): readonly MergeRequest[] {
  const { state } = call.context;
  const project = projectWithCode(call);
  const wanted = choice(call, 'state', ['opened', 'closed', 'locked', 'merged', 'all']) ?? 'all';
  const source = text(call, 'source_branch');
  const target = text(call, 'target_branch');
  const sourceProject = integer(call, 'source_project_id');
  const iids = integers(call, 'iids');
  const reviewer = text(call, 'reviewer_username');
  const reviewerId =
    reviewer === undefined ? integer(call, 'reviewer_id') : (findUser(reviewer, state)?.id ?? 0);
  const found = [...state.mergeRequests.values()]
    .filter((mr) => mr.projectId === project.id)
    .filter((mr) => wanted === 'all' || mr.state === wanted)
    .filter((mr) => source === undefined || mr.sourceBranch === source)
    .filter((mr) => target === undefined || mr.targetBranch === target)
    .filter((mr) => sourceProject === undefined || mr.sourceProjectId === sourceProject)
    .filter((mr) => iids === undefined || iids.includes(mr.iid))
    .filter((mr) => reviewerId === undefined || mr.reviewers.some((r) => r.userId === reviewerId))
    .filter((mr) => matches(mr, call));
  return sorted(found, call);
}

async function full(mr: MergeRequest, call: Call) {
  return mergeRequestEntity(mr, (await diffsOf(mr, call)).length, call.context);
}

function diffsOf(mr: MergeRequest, call: Call) {
  return repositoryOf({ id: mr.sourceProjectId }, call.context.state).diff(mr.diffRefs.baseSha, mr.sha);
}

function reviewersOf(call: Call): readonly number[] | undefined {
  return integers(call, 'reviewer_ids')?.filter((id) => call.context.state.users.has(id));
}
