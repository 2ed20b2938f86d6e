import { commitInfo, repositoryOf } from './commits.ts';
import type { WorldContext } from './context.ts';
import { resolveTarget, type Target } from './issues.ts';
import { getProject, getUser, type UserRef } from './lookup.ts';
import { diffRefs } from './merge-requests.ts';
import { saveNoteable, systemNote } from './note-records.ts';
import type { MergeRequest } from './records-discussion.ts';
import { badRequest, Refusal } from './refusal.ts';

/** Merges: the target branch moves to a commit with the source's files. */
export async function mergeMergeRequest(
  input: Target & { by: UserRef },
  context: WorldContext,
): Promise<MergeRequest> {
  const { state, now } = context;
  const previous = resolveTarget(input, state);
  if (previous.kind !== 'merge_request') throw badRequest('an issue cannot be merged');
  if (previous.state !== 'opened') throw new Refusal('not_allowed', '405 Method Not Allowed');
  const by = getUser(input.by, state);
  const source = repositoryOf({ id: previous.sourceProjectId }, state);
  const target = repositoryOf({ id: previous.projectId }, state);
  const diffs = await source.diff(previous.diffRefs.baseSha, previous.sha);
  const actions = [];
  for (const diff of diffs) {
    const file = diff.deletedFile ? undefined : await source.readFile(previous.sha, diff.newPath);
    if (file === undefined) actions.push({ action: 'delete' as const, path: diff.oldPath });
    else
      actions.push({
        action: diff.newFile ? ('create' as const) : ('update' as const),
        path: diff.newPath,
        content: file.content,
      });
  }
  const author = { name: by.name, email: by.email, date: now() };
  const message = `Merge branch '${previous.sourceBranch}' into '${previous.targetBranch}'`;
  const mergeCommitSha = await target.commit({ branch: previous.targetBranch, message, author, actions });
  const mr = saveNoteable(
    {
      ...previous,
      state: 'merged',
      mergedAt: now(),
      mergedById: by.id,
      mergeCommitSha,
      updatedAt: now(),
      updatedById: by.id,
    },
    context,
  );
  systemNote({ on: mr, authorId: by.id, body: 'merged' }, context);
  context.emit({ type: 'merge_request', action: 'merge', mergeRequest: mr, previous, userId: by.id });
  return mr;
}

/** Moves open merge requests of a branch to its new head after a push. */
export async function followPush(
  input: { projectId: number; branch: string; before: string; after: string; userId: number },
  context: WorldContext,
): Promise<void> {
  const { state, now } = context;
  for (const previous of [...state.mergeRequests.values()]) {
    const mine = previous.sourceProjectId === input.projectId && previous.sourceBranch === input.branch;
    if (!mine || previous.state !== 'opened') continue;
    const [head] = await repositoryOf({ id: input.projectId }, state).log(input.after, { limit: 1 });
    if (head === undefined) continue;
    const refs = await diffRefs(
      {
        source: getProject(previous.sourceProjectId, state),
        target: getProject(previous.projectId, state),
        head: input.after,
        targetBranch: previous.targetBranch,
      },
      context,
    );
    const current = state.mergeRequests.get(previous.id) ?? previous;
    const mr = saveNoteable(
      { ...current, sha: input.after, lastCommit: commitInfo(head), diffRefs: refs, updatedAt: now() },
      context,
    );
    systemNote({ on: mr, authorId: input.userId, body: 'added 1 commit' }, context);
    context.emit({
      type: 'merge_request',
      action: 'update',
      mergeRequest: mr,
      previous: current,
      userId: input.userId,
      oldrev: input.before,
    });
  }
}
