import { type Flow, NO_GATEWAY } from '../../config/flow.ts';
import { flowPaths } from '../../flows/flow.ts';
import { findEarlierBranch } from '../earlier-work.ts';
import { Failure } from '../failures.ts';
import { isFromFork } from '../from-fork.ts';
import { mayPush } from '../person.ts';
import { workloadBranch } from '../plan.ts';
import type { GitLab } from '../ports.ts';
import type { Run } from '../run.ts';
import { done, type Step, type StepTools } from './step.ts';

/** Makes the workload branch and reads the flow from the default branch. */
export const prepare: Step = async (run, tools) => {
  const { gitlab, agent } = tools;
  const projectId = run.event.project.id;
  const defaultBranch = run.event.project.defaultBranch ?? (await gitlab.defaultBranch(projectId));
  if (defaultBranch === undefined) {
    return notStarted(run, 'The repository of the project is empty. It needs a first commit.');
  }
  const { isNew, ...branch } = await findOrMakeBranch(run, defaultBranch, tools);
  const prepared = { ...run, branch };
  // Of a branch that was there others may have changed the commit, and with it the flow.
  const ref = isNew && branch.target === defaultBranch ? branch.commitId : defaultBranch;
  const flow = await readFlow(run, { defaultBranch, ref }, tools);
  if (typeof flow === 'string') return notStarted(prepared, flow);
  if (flow?.injectGatewayToken && agent.gateway === 'none') {
    return notStarted(prepared, `The flow ${NO_GATEWAY}.`);
  }
  return done({ ...prepared, flow });
};

/** The flow, `null` where the agent has none, or what is wrong with it. `ref`: where the default branch stands. */
async function readFlow(
  run: Run,
  { defaultBranch, ref }: { defaultBranch: string; ref: string },
  { agent, gitlab, parseFlow }: StepTools,
): Promise<Flow | null | string> {
  if (agent.flow.kind === 'none') return null;
  if (agent.flow.kind === 'inline') return agent.flow.flow;
  for (const path of flowPaths(agent.flow.path)) {
    const file = await gitlab.readFile(run.event.project.id, path, ref);
    if (file !== undefined) return parseFlow({ ...file, path });
  }
  return `The flow file ${agent.flow.path} is not on the branch ${defaultBranch}. Add it there, or change the path in Beckon's config.`;
}

/** The branch that a run made, of which no answer was heard; only this step makes one. */
export async function findOwnBranch({ id, event: { project } }: Run, gitlab: GitLab): Promise<Run['branch']> {
  const name = workloadBranch(id);
  const there = await gitlab.branch(project.id, name);
  return there === undefined
    ? undefined
    : { name, target: project.defaultBranch ?? name, commitId: there.commitId };
}

/** `isNew`: made from the newest commit of `target` right now. */
async function findOrMakeBranch(
  run: Run,
  defaultBranch: string,
  tools: Pick<StepTools, 'gitlab' | 'resumed' | 'trigger'>,
): Promise<NonNullable<Run['branch']> & { isNew: boolean }> {
  const { gitlab, resumed } = tools;
  const projectId = run.event.project.id;
  const name = workloadBranch(run.id);
  const approved = approvedFork(run);
  const base = approved?.target ?? ownSourceBranch(run) ?? defaultBranch;
  if (resumed) {
    const there = await gitlab.branch(projectId, name);
    if (there !== undefined) return { name, target: base, commitId: there.commitId, isNew: false };
  }
  if (approved !== undefined) {
    const { commitId } = await gitlab.createBranch(projectId, name, approved.commitId);
    return { name, commitId, target: base, isNew: false };
  }
  const mayGoOn = await mayPush(run.event, tools);
  const earlier = mayGoOn ? await findEarlierBranch(run, gitlab) : undefined;
  if (earlier !== undefined) return { ...earlier, target: base, isNew: false };
  const made = await makeBranch(projectId, name, [base, defaultBranch], gitlab);
  return { name, ...made, isNew: true };
}

/** From the first of `bases` that is there: the source branch of a merged merge request often is not. */
async function makeBranch(
  projectId: number,
  name: string,
  [base, ...others]: readonly [string, ...string[]],
  gitlab: GitLab,
): Promise<{ target: string; commitId: string }> {
  try {
    return { target: base, commitId: (await gitlab.createBranch(projectId, name, base)).commitId };
  } catch (error) {
    const [next] = others;
    if (next === undefined || next === base || !(error instanceof Failure)) throw error;
    if (!/invalid reference name/i.test(error.detail)) throw error;
    return makeBranch(projectId, name, [next], gitlab);
  }
}

/** A fork's branch is no base: nobody knows what is on it in the next moment. */
function ownSourceBranch({ event }: Run): string | undefined {
  return event.resource?.type !== 'merge_request' || isFromFork(event)
    ? undefined
    : event.resource.sourceBranch;
}

/**
 * The commit of a fork that a Maintainer agreed to, and where the merge request from the fork goes. The target
 * project has that commit: GitLab keeps it there under `refs/merge-requests/<iid>/head`, and makes branches from
 * any commit that the repository has.
 */
function approvedFork({ event: { resource }, fork }: Run) {
  if (fork === undefined || resource?.type !== 'merge_request') return undefined;
  return { commitId: fork.commitId, target: resource.targetBranch };
}

function notStarted(run: Run, error: string) {
  return done({ ...run, outcome: { kind: 'not_started', error } });
}
