import { buildContext, MAX_CONTEXT } from '../../flows/context.ts';
import type { CommitPerson } from '../../flows/handover.ts';
import { flowValues } from '../../flows/values.ts';
import { variablesWithFlow, variablesWithoutFlow } from '../../flows/variables.ts';
import { byteLength } from '../../lib/text.ts';
import { placeOf } from '../place.ts';
import type { GitLab, Pipeline } from '../ports.ts';
import type { Run } from '../run.ts';
import { done, type Step, type StepTools } from './step.ts';

/** Creates the one pipeline of the run, or finds it: nothing else makes pipelines through the API on its branch. */
export const pipeline: Step = async (run, tools) => {
  const { branch } = run;
  if (branch === undefined) throw new Error('a pipeline needs the workload branch');
  const projectId = run.event.project.id;
  const found = tools.resumed ? await tools.gitlab.findPipeline(projectId, branch.name) : undefined;
  const made = found ?? (await createPipeline(run, branch, tools));
  return done({ ...run, pipeline: { id: made.id, url: made.url, createdAt: made.createdAt } });
};

async function createPipeline(
  run: Run,
  branch: NonNullable<Run['branch']>,
  { gitlab, gitlabUrl, agent }: StepTools,
): Promise<Pipeline> {
  const account = await gitlab.account();
  const values = flowValues({
    runId: run.id,
    agent: agent.name,
    event: run.event,
    discussionId: run.note?.discussionId ?? '',
    branch: branch.name,
    targetBranch: branch.target,
    author: { name: account.name, email: account.commitEmail },
    committer: committer(run, gitlabUrl),
    context: await readContext(run, gitlab),
    gitlabUrl,
  });
  const variables = run.flow ? variablesWithFlow(values, run.flow) : variablesWithoutFlow(values);
  return gitlab.createPipeline(run.event.project.id, { ref: branch.name, variables, inputs: {} });
}

/** What is known of the item; empty for what happened outside of any. */
async function readContext({ event }: Run, gitlab: GitLab): Promise<string> {
  const place = placeOf(event);
  if (place === undefined) return '{}';
  const [resource, comments, diffs] = await Promise.all([
    gitlab.resource(place),
    gitlab.comments(place, { internal: event.confidential }),
    place.resource.type === 'merge_request' ? gitlab.diffs(place) : [],
  ]);
  // Many flows put input and context into one argument of a command, which Linux limits to 128 KiB.
  const room = 120 * 1024 - byteLength(event.input);
  const maxBytes = Math.max(32 * 1024, Math.min(MAX_CONTEXT, room));
  return buildContext({ type: place.resource.type, resource, comments, diffs }, maxBytes);
}

/** GitLab accepts this address in commits of the person, and it tells nothing that the username does not. */
function committer({ event: { actor } }: Run, gitlabUrl: string): CommitPerson {
  const local = actor.id === undefined ? actor.username : `${actor.id}-${actor.username}`;
  return { name: actor.name, email: `${local}@users.noreply.${new URL(gitlabUrl).hostname}` };
}
