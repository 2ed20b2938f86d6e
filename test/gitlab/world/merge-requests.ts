import { repositoryOf, tip } from './commits.ts';
import type { WorldContext } from './context.ts';
import { afterOpening, labelIds } from './issues.ts';
import { getProject, getUser, type ProjectRef, type UserRef } from './lookup.ts';
import { saveNoteable } from './note-records.ts';
import type { DiffRefs, MergeRequest, Reviewer } from './records-discussion.ts';
import type { Project } from './records-project.ts';
import { Refusal } from './refusal.ts';
import { nextId } from './state.ts';
import { addTodo } from './todos.ts';

export interface NewMergeRequest {
  /** The target project. */
  readonly project: ProjectRef;
  /** Where the source branch is, for forks. */
  readonly sourceProject?: ProjectRef;
  readonly author: UserRef;
  readonly title: string;
  readonly sourceBranch: string;
  readonly targetBranch?: string;
  readonly description?: string;
  readonly assignees?: readonly UserRef[];
  readonly reviewers?: readonly UserRef[];
  readonly labels?: readonly string[];
  readonly removeSourceBranch?: boolean;
  readonly squash?: boolean;
}

/**
 * Opens a merge request.
 * @throws Refusal 409 where an open one exists for the same branches, 400 for a missing or equal branch.
 */
export async function openMergeRequest(input: NewMergeRequest, context: WorldContext): Promise<MergeRequest> {
  const { state, now } = context;
  const project = getProject(input.project, state);
  const source = getProject(input.sourceProject ?? project, state);
  const author = getUser(input.author, state);
  const targetBranch = input.targetBranch ?? project.defaultBranch;
  refuseDuplicate({ project, source, sourceBranch: input.sourceBranch, targetBranch }, context);
  const head = await tip(input.sourceBranch, repositoryOf(source, state));
  const target = await tip(targetBranch, repositoryOf(project, state));
  if (head === undefined)
    throw new Refusal('bad_request', { base: [`Source branch "${input.sourceBranch}" does not exist`] });
  if (target === undefined)
    throw new Refusal('bad_request', { base: [`Target branch "${targetBranch}" does not exist`] });
  const reviewers = (input.reviewers ?? []).map(
    (user): Reviewer => ({ userId: getUser(user, state).id, state: 'unreviewed', createdAt: now() }),
  );
  const mr: MergeRequest = {
    kind: 'merge_request',
    id: nextId(state, 'mergeRequests'),
    iid: nextId(state, `mergeRequests/${project.id}`),
    projectId: project.id,
    sourceProjectId: source.id,
    sourceBranch: input.sourceBranch,
    targetBranch,
    title: input.title,
    description: input.description ?? null,
    state: 'opened',
    discussionLocked: false,
    authorId: author.id,
    assigneeIds: (input.assignees ?? []).map((user) => getUser(user, state).id),
    reviewers,
    labelIds: labelIds({ project, names: input.labels ?? [] }, context),
    sha: head.id,
    lastCommit: head,
    diffRefs: await diffRefs({ source, target: project, head: head.id, targetBranch }, context),
    removeSourceBranch: input.removeSourceBranch ?? false,
    squash: input.squash ?? false,
    createdAt: now(),
    updatedAt: now(),
    updatedById: null,
    lastEditedAt: null,
    lastEditedById: null,
    closedAt: null,
    closedById: null,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
  };
  saveNoteable(mr, context);
  afterOpening(mr, context);
  for (const { userId } of reviewers)
    addTodo({ userId, authorId: author.id, action: 'review_requested', on: mr }, context);
  context.emit({
    type: 'merge_request',
    action: 'open',
    mergeRequest: mr,
    previous: undefined,
    userId: author.id,
  });
  return mr;
}

function refuseDuplicate(
  wanted: { project: Project; source: Project; sourceBranch: string; targetBranch: string },
  { state }: WorldContext,
): void {
  if (wanted.project.id === wanted.source.id && wanted.sourceBranch === wanted.targetBranch)
    throw new Refusal('conflict', ["You can't use same project/branch for source and target"]);
  for (const mr of state.mergeRequests.values()) {
    const same =
      mr.projectId === wanted.project.id &&
      mr.sourceProjectId === wanted.source.id &&
      mr.sourceBranch === wanted.sourceBranch &&
      mr.targetBranch === wanted.targetBranch;
    if (same && mr.state === 'opened')
      throw new Refusal('conflict', [
        `Another open merge request already exists for this source branch: !${mr.iid}`,
      ]);
  }
}

/** What a merge request compares. A fork's repository does not hold the target, so its own default branch stands in. */
export async function diffRefs(
  input: { source: Project; target: Project; head: string; targetBranch: string },
  { state }: Pick<WorldContext, 'state'>,
): Promise<DiffRefs> {
  const repository = repositoryOf(input.source, state);
  const against = input.source.id === input.target.id ? input.targetBranch : input.source.defaultBranch;
  const base = await repository.mergeBase(against, input.head);
  const startSha = (await repository.resolve(against)) ?? input.head;
  return { baseSha: base ?? startSha, startSha: base ?? startSha, headSha: input.head };
}
