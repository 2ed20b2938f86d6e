import { buildContext, type ContextSource, MAX_CONTEXT } from '../../flows/context/context.ts';
import type { CommitPerson } from '../../flows/handover.ts';
import { flowValues } from '../../flows/values.ts';
import {
  inputsWithFlow,
  type PipelineVariable,
  variablesWithFlow,
  variablesWithoutFlow,
} from '../../flows/variables.ts';
import { byteLength } from '../../lib/text.ts';
import { inputOf } from '../earlier-work.ts';
import { Failure } from '../failures.ts';
import { isInternal, placeOf } from '../place.ts';
import type { GitLab, Pipeline } from '../ports.ts';
import { forbidsVariables } from '../remedies.ts';
import type { Run } from '../run.ts';
import { lastLook } from './last-look.ts';
import { done, type Step, type StepTools } from './step.ts';

/**
 * Creates the one pipeline of the run, or finds it: nothing else makes pipelines through the API on its branch. On
 * the branch of an earlier run it is the first after those that were there, by their ids, which no clock can mix up.
 */
export const pipeline: Step = async (run, tools) => {
  const { branch } = run;
  if (branch === undefined) throw new Error('a pipeline needs the workload branch');
  const found = tools.resumed ? await findOwnPipeline(run, tools.gitlab) : undefined;
  if (found !== undefined) return done(withPipeline(run, found));
  const sources = await readSources(run, tools.gitlab);
  const seen = await lastLook(run, sources?.resource, tools);
  if (seen.outcome !== undefined) return done(seen);
  return done(withPipeline(seen, await createPipeline(seen, { branch, sources }, tools)));
};

function withPipeline(run: Run, { id, url, createdAt }: Pipeline): Run {
  return { ...run, pipeline: { id, url, createdAt } };
}

/** The pipeline of a run, also when no answer said that it was made. */
export async function findOwnPipeline({ branch, event }: Run, gitlab: GitLab): Promise<Pipeline | undefined> {
  if (branch === undefined) return undefined;
  const there = await gitlab.apiPipelines(event.project.id, branch.name);
  return there.findLast(({ id }) => id > (branch.earlier?.pipelineId ?? 0));
}

async function createPipeline(
  run: Run,
  { branch, sources }: { branch: NonNullable<Run['branch']>; sources: ContextSource | undefined },
  { gitlab, gitlabUrl, agent, clock, inputsOnly }: StepTools,
): Promise<Pipeline> {
  const account = await gitlab.account();
  const input = inputOf(run, sources?.threads ?? [], account.username);
  const values = flowValues({
    runId: run.id,
    agent: agent.name,
    event: run.event,
    input,
    discussionId: run.note?.discussionId ?? '',
    branch: branch.name,
    targetBranch: branch.target,
    author: { name: account.name, email: account.commitEmail },
    committer: committer(run, gitlabUrl),
    context: contextOf(sources, input),
    gitlabUrl,
  });
  const create = (sent: Handed) =>
    gitlab.createPipeline(run.event.project.id, { ref: branch.name, variables: [], inputs: {}, ...sent });
  const { flow } = run;
  if (!flow) return create({ variables: variablesWithoutFlow(values) });
  const { signingKey: key } = agent;
  const signing =
    key === undefined
      ? undefined
      : { key, projectId: run.event.project.id, branch: branch.name, now: clock() };
  const byVariables = () => create({ variables: variablesWithFlow(values, flow, signing) });
  const byInputs = async () => create({ inputs: inputsOf(values, flow, signing) });
  if (agent.handoff === 'inputs') return byInputs();
  if (agent.handoff === 'variables') return byVariables();
  return eitherWay(run.event.project.id, { byVariables, byInputs, inputsOnly });
}

/** By variables, and where the project forbids those by inputs; a project that did so lately gets inputs first. */
async function eitherWay(
  projectId: number,
  {
    byVariables,
    byInputs,
    inputsOnly,
  }: Record<'byVariables' | 'byInputs', () => Promise<Pipeline>> & Pick<StepTools, 'inputsOnly'>,
): Promise<Pipeline> {
  if (inputsOnly.has(projectId)) {
    try {
      return await byInputs();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // The settings or the file of the project may have changed.
      inputsOnly.delete(projectId);
    }
  }
  try {
    return await byVariables();
  } catch (refusal) {
    if (!forbidsVariables(refusal)) throw refusal;
    const made = await byInputs().catch((error: unknown) => {
      throw isRefusal(error) ? neitherWay(refusal, error) : error;
    });
    inputsOnly.add(projectId);
    return made;
  }
}

function isRefusal(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === 'refused';
}

/** The project takes neither. The first refusal names the setting, and its remedy says both ways out. */
function neitherWay({ detail }: Failure, byInputs: Failure): Failure {
  const both = `${detail}. With inputs in their place GitLab said: ${byInputs.detail}`;
  return new Failure('starting the pipeline', { kind: 'refused', detail: both, status: byInputs.status });
}

type Handed =
  | { readonly variables: readonly PipelineVariable[] }
  | { readonly inputs: Readonly<Record<string, string>> };

function inputsOf(...handed: Parameters<typeof inputsWithFlow>): Readonly<Record<string, string>> {
  const inputs = inputsWithFlow(...handed);
  if (inputs !== undefined) return inputs;
  throw new Failure('starting the pipeline', {
    kind: 'refused',
    detail:
      'The request is too long for pipeline inputs, which take less than 1 MB. Shorten it, or let the project take pipeline variables.',
  });
}

/** What is known of the item; nothing for what happened outside of any. */
async function readSources({ event }: Run, gitlab: GitLab) {
  const place = placeOf(event);
  if (place === undefined) return undefined;
  const mention = event.kind === 'mention' ? event.note : undefined;
  const [resource, threads, diffs] = await Promise.all([
    gitlab.resource(place),
    gitlab.threads(place, { internal: isInternal(event), including: mention?.discussionId }),
    place.resource.type === 'merge_request' ? gitlab.diffs(place, { enough: MAX_CONTEXT }) : [],
  ]);
  return { type: place.resource.type, resource, threads, triggering: mention?.discussionId, diffs };
}

function contextOf(sources: ContextSource | undefined, input: string): string {
  if (sources === undefined) return '{}';
  // Many flows put input and context into one argument of a command, which Linux limits to 128 KiB.
  const room = 120 * 1024 - byteLength(input);
  return buildContext(sources, Math.max(32 * 1024, Math.min(MAX_CONTEXT, room)));
}

/** GitLab accepts this address in commits of the person, and it tells nothing that the username does not. */
function committer({ event: { actor } }: Run, gitlabUrl: string): CommitPerson {
  const local = actor.id === undefined ? actor.username : `${actor.id}-${actor.username}`;
  return { name: actor.name, email: `${local}@users.noreply.${new URL(gitlabUrl).hostname}` };
}
