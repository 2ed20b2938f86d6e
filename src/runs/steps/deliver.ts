import { Failure } from '../failures.ts';
import { mergeRequestText } from '../message.ts';
import { mayPush } from '../person.ts';
import { placeOf } from '../place.ts';
import type { GitLab, Place } from '../ports.ts';
import type { Outcome, Run, Size } from '../run.ts';
import { findOwnPipeline } from './pipeline.ts';
import { findOwnBranch } from './prepare.ts';
import { done, type Step, type StepResult, type StepTools } from './step.ts';
import { unlessFailed } from './unless-failed.ts';

/**
 * Makes something of the workload branch: a merge request when the agent committed and nothing went wrong. A
 * branch on which nothing happened is removed, but for one on which an earlier run has worked. What a run that gave
 * up left under way is stopped first.
 */
export const deliver: Step = async (run, tools) => {
  // It can be there although no answer said so.
  const branch = run.branch ?? (await findOwnBranch(run, tools.gitlab));
  if (branch === undefined) return done(run);
  try {
    if (hasGivenUp(run)) await stopPipeline({ ...run, branch }, tools);
    return await makeOf(run, branch, tools);
  } catch (error) {
    if (!(await isArchived(run, error, tools))) throw error;
    const outcome = failed('somebody archived the project');
    return done({ ...run, outcome: run.outcome ?? outcome });
  }
};

async function makeOf(run: Run, branch: NonNullable<Run['branch']>, tools: StepTools): Promise<StepResult> {
  const { gitlab } = tools;
  if (run.outcome !== undefined) {
    await cleanUp(run, branch, tools);
    return done(run);
  }
  const work = await findWork(run, branch, tools);
  if (work === undefined) return done({ ...run, outcome: await withoutBranch(run, branch, gitlab) });
  // Kept before the branch is removed: a branch that is gone would look like one that somebody else deleted.
  if (!work.isThere) return { kind: 'wait', run: { ...run, outcome: { kind: 'no_changes' } }, after: 0 };
  return done({ ...run, outcome: await offer(run, { branch, size: work.size }, tools) });
}

/** Removes a branch on which nothing happened, but for one on which an earlier run has worked. */
async function cleanUp(run: Run, branch: NonNullable<Run['branch']>, tools: StepTools): Promise<void> {
  if (branch.earlier !== undefined) return;
  const projectId = run.event.project.id;
  const current = await tools.gitlab.branch(projectId, branch.name);
  if (current?.commitId === branch.commitId) await removeBranch(projectId, branch.name, tools);
}

/** Whether the agent has committed, and how much; `undefined` where the branch is gone. */
async function findWork(
  run: Run,
  { name, commitId }: NonNullable<Run['branch']>,
  { gitlab, overlooked }: StepTools,
): Promise<{ readonly isThere: boolean; readonly size: Size | undefined } | undefined> {
  const projectId = run.event.project.id;
  const changes = await unlessFailed(gitlab.changes(projectId, { from: commitId, to: name }), overlooked);
  if (changes !== undefined) return { isThere: changes.head !== undefined, size: changes.size };
  // Comparing may be too much for GitLab, and the size is an extra.
  const current = await gitlab.branch(projectId, name);
  return current && { isThere: current.commitId !== commitId, size: undefined };
}

/** The branch of a merge request that was merged at once is gone as well. */
async function withoutBranch(run: Run, branch: NonNullable<Run['branch']>, gitlab: GitLab): Promise<Outcome> {
  const found = await gitlab.findMergeRequest(run.event.project.id, branch.name);
  if (found !== undefined) return { kind: 'merge_request', iid: found.iid, url: found.url };
  return failed(`somebody deleted the branch ${branch.name}, with all that was on it`);
}

/** GitLab refuses changes to an archived project without saying so. */
async function isArchived(run: Run, error: unknown, { gitlab }: StepTools): Promise<boolean> {
  if (!(error instanceof Failure) || error.status !== 403) return false;
  return (await gitlab.projectState(run.event.project.id)).archived;
}

/** Of a pipeline that failed by itself the job is known, and what else there is in a pipeline is over. */
function hasGivenUp({ outcome }: Run): boolean {
  return outcome?.kind === 'not_started' || (outcome?.kind === 'failed' && outcome.job === undefined);
}

/** Nobody follows it any more, and the next run may come. Cancelling one that is over does nothing. */
async function stopPipeline(run: Run, { gitlab }: StepTools): Promise<void> {
  await unlessRefused(async () => {
    const pipeline = run.pipeline ?? (await findOwnPipeline(run, gitlab));
    if (pipeline !== undefined) await gitlab.cancelPipeline(run.event.project.id, pipeline.id);
  });
}

function failed(reason: string): Outcome {
  return { kind: 'failed', reason, job: undefined };
}

/** A protected wildcard keeps the branch, and there is nothing on it that anybody could miss or mind. */
async function removeBranch(projectId: number, name: string, { gitlab }: StepTools): Promise<void> {
  await unlessRefused(() => gitlab.deleteBranch(projectId, name));
}

/** Cleaning up is not worth more than what GitLab lets us do. */
async function unlessRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure && ['permission', 'refused', 'gone'].includes(error.kind))) throw error;
  }
}

async function offer(
  run: Run,
  { branch, size }: { branch: NonNullable<Run['branch']>; size: Size | undefined },
  { agent, trigger, gitlab, resumed }: StepTools,
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
    const draft = agent.mergeRequest === 'draft' || !(await mayPush(run.event, { gitlab, trigger }));
    const text = mergeRequestText(await asConfidentialAsNow(run, gitlab), { draft });
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
  return {
    kind: 'merge_request',
    iid,
    url,
    ...(size === undefined ? {} : { size }),
    ...(iid === before ? { updated: true } : {}),
  };
}

/** An issue may have become confidential while the agent worked, and its title is in the run. */
async function asConfidentialAsNow(run: Run, gitlab: GitLab): Promise<Run> {
  const place = placeOf(run.event);
  if (run.event.confidential || place?.resource.type !== 'issue') return run;
  const confidential = await isConfidential(place, gitlab);
  return { ...run, event: { ...run.event, confidential } };
}

/** Of one that was deleted nobody is told more than of one that nobody sees. */
async function isConfidential(place: Place, gitlab: GitLab): Promise<boolean> {
  try {
    return (await gitlab.resource(place)).confidential === true;
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'gone')) throw error;
    return true;
  }
}
