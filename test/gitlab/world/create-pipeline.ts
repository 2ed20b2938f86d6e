import type { JobPlan, PipelineVariable } from '../ports.ts';
import { accessLevel } from './access.ts';
import { jobsInConfig } from './ci-config.ts';
import { repositoryOf, tip } from './commits.ts';
import type { WorldContext } from './context.ts';
import { levels } from './levels.ts';
import { getProject, getUser, type ProjectRef, type UserRef } from './lookup.ts';
import { enqueue } from './pipelines.ts';
import { mayRunPipelineOn } from './policy.ts';
import { pipelineRequest } from './predefined.ts';
import type { User } from './records-people.ts';
import type { Job, Pipeline, Project } from './records-project.ts';
import { Refusal } from './refusal.ts';
import { runPipeline } from './run-pipeline.ts';
import { nextId } from './state.ts';

export interface NewPipeline {
  readonly project: ProjectRef;
  readonly user: UserRef;
  readonly ref: string;
  readonly source?: string;
  readonly variables?: readonly PipelineVariable[];
  readonly inputs?: Readonly<Record<string, string>>;
}

/**
 * Starts a pipeline, with GitLab's checks in GitLab's order (`Ci::CreatePipelineService`).
 * Answers it as it was made (`created`); by then it is `pending` already.
 * @throws Refusal 400 with `{ base: [sentence] }`; nothing is kept then.
 */
export async function createPipeline(input: NewPipeline, context: WorldContext): Promise<Pipeline> {
  const { state, now } = context;
  const project = getProject(input.project, state);
  const user = getUser(input.user, state);
  const variables = input.variables ?? [];
  if (!project.jobsEnabled) throw refused('Pipelines are disabled!');
  checkVariables(variables, { user, project }, context);
  const branch = input.ref.replace(/^refs\/heads\//, '');
  const repository = repositoryOf(project, state);
  if (accessLevel(user, project, context) < levels.developer)
    throw refused('Insufficient permissions to create a new pipeline');
  const head = await tip(`refs/heads/${branch}`, repository);
  if (head !== undefined && !mayRunPipelineOn(user, branch, project, context))
    throw refused(
      `You do not have sufficient permission to run a pipeline on '${branch}'. Please select a different branch or contact your administrator for assistance.`,
    );
  if (head === undefined) throw refused('Reference not found');
  if (Object.keys(input.inputs ?? {}).length > 20) throw refused('There cannot be more than 20 inputs');

  const draft: Pipeline = {
    id: 0,
    iid: 0,
    projectId: project.id,
    ref: branch,
    sha: head.id,
    status: 'created',
    source: input.source ?? 'api',
    userId: user.id,
    variables,
    inputs: input.inputs ?? {},
    commit: head,
    createdAt: now(),
    updatedAt: now(),
    startedAt: null,
    finishedAt: null,
  };
  const plans = await planJobs(draft, project, context);
  const iid = nextId(state, `pipelines/${project.id}`);
  const pipeline: Pipeline = { ...draft, id: nextId(state, 'pipelines'), iid };
  state.pipelines.set(pipeline.id, pipeline);
  for (const plan of plans) addJob(pipeline, plan, context);
  enqueue(pipeline, context);
  if (context.runner !== undefined) {
    const work = runPipeline(pipeline, context.runner, context);
    context.background.add(work);
    void work.finally(() => context.background.delete(work));
  }
  return pipeline;
}

function checkVariables(
  variables: readonly PipelineVariable[],
  { user, project }: { user: User; project: Project },
  context: WorldContext,
): void {
  if (variables.length === 0) return;
  const keys = variables.map((variable) => variable.key);
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (twice.length > 0) throw refused(`Duplicate variable name(s): ${[...new Set(twice)].join(', ')}`);
  const bad = keys.find((key) => !/^[a-zA-Z0-9_]{1,255}$/.test(key));
  if (bad !== undefined)
    throw refused(
      "Failed to build pipeline variables: Validation failed: Key can contain only letters, digits and '_'.",
    );
  const role = project.pipelineVariablesRole;
  const may = role !== 'no_one_allowed' && accessLevel(user, project, context) >= levels[role];
  if (!may) throw refused('Insufficient permissions to set pipeline variables');
}

async function planJobs(
  draft: Pipeline,
  project: Project,
  context: WorldContext,
): Promise<readonly JobPlan[]> {
  const path = project.ciConfigPath ?? '.gitlab-ci.yml';
  const file = await repositoryOf(project, context.state).readFile(draft.sha, path);
  if (file === undefined) throw refused('Missing CI config file');
  if (context.runner !== undefined) {
    const plan = await context.runner.plan(pipelineRequest(draft, context));
    if ('error' in plan) throw refused(plan.error);
    if (plan.jobs.length === 0) throw refused(emptyText);
    return plan.jobs;
  }
  const config = jobsInConfig(Buffer.from(file.content).toString('utf8'));
  if ('error' in config) throw refused(config.error);
  const unknown = Object.keys(draft.inputs).filter((name) => !config.inputs.includes(name));
  if (unknown.length > 0)
    throw refused(
      `Given inputs not defined in the \`spec\` section of the included configuration file: ${unknown.join(', ')}`,
    );
  const [first] = config.jobs;
  // A file of nothing but includes has its jobs elsewhere, and nobody here reads those.
  return [first ?? { name: 'job', stage: 'test' }];
}

function addJob(pipeline: Pipeline, plan: JobPlan, { state, now }: WorldContext): void {
  const job: Job = {
    id: nextId(state, 'jobs'),
    pipelineId: pipeline.id,
    name: plan.name,
    stage: plan.stage,
    status: 'created',
    failureReason: null,
    allowFailure: false,
    trace: '',
    createdAt: now(),
    startedAt: null,
    finishedAt: null,
  };
  state.jobs.set(job.id, job);
}

function refused(sentence: string): Refusal {
  return new Refusal('bad_request', { base: [sentence] });
}

const emptyText =
  'The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.';
