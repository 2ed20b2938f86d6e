import { Failure } from '../failures.ts';
import { mergeRequestText } from '../message.ts';
import type { Outcome, Run } from '../run.ts';
import { done, type Step, type StepTools } from './step.ts';

/**
 * Makes something of the workload branch: a merge request when the agent committed and nothing went wrong. A
 * branch on which nothing happened is removed, but for one on which an earlier run has worked.
 */
export const deliver: Step = async (run, tools) => {
  const { branch } = run;
  if (branch === undefined) return done(run);
  const projectId = run.event.project.id;
  const current = await tools.gitlab.branch(projectId, branch.name);
  const hasCommits = current !== undefined && current.commitId !== branch.commitId;
  if (current !== undefined && !hasCommits && branch.earlier === undefined)
    await removeBranch(projectId, branch.name, tools);
  if (run.outcome !== undefined) return done(run);
  return done({ ...run, outcome: hasCommits ? await offer(run, branch, tools) : { kind: 'no_changes' } });
};

/** A protected wildcard keeps the branch, and there is nothing on it that anybody could miss or mind. */
async function removeBranch(projectId: number, name: string, { gitlab }: StepTools): Promise<void> {
  try {
    await gitlab.deleteBranch(projectId, name);
  } catch (error) {
    if (!(error instanceof Failure && ['permission', 'refused'].includes(error.kind))) throw error;
  }
}

async function offer(
  run: Run,
  branch: NonNullable<Run['branch']>,
  { agent, gitlab, resumed }: StepTools,
): Promise<Outcome> {
  if (agent.mergeRequest === 'never') return { kind: 'branch', name: branch.name };
  const projectId = run.event.project.id;
  const before = branch.earlier?.mergeRequest;
  const find = async () => {
    const found = await gitlab.findMergeRequest(projectId, branch.name);
    // Meanwhile somebody merged or closed what the earlier run had opened: these commits are not in it.
    return found?.iid === before && found?.state !== 'opened' ? undefined : found;
  };
  const create = async () => {
    const text = mergeRequestText(run, { draft: agent.mergeRequest === 'draft' });
    const wanted = { sourceBranch: branch.name, targetBranch: branch.target, ...text };
    try {
      return await gitlab.createMergeRequest(projectId, wanted);
    } catch (error) {
      // There is one already: of the agent itself, or of another worker that was taken for dead.
      const there = error instanceof Failure && error.status === 409 ? await find() : undefined;
      if (there === undefined) throw error;
      return there;
    }
  };
  const { iid, url } = (resumed || before !== undefined ? await find() : undefined) ?? (await create());
  return { kind: 'merge_request', iid, url, ...(iid === before ? { updated: true } : {}) };
}
