import type { PipelineVariable } from '../../ports.ts';
import { accessLevel } from '../../world/access.ts';
import { createPipeline } from '../../world/create-pipeline.ts';
import { levels } from '../../world/levels.ts';
import { findUser, jobsOf } from '../../world/lookup.ts';
import { cancelPipeline } from '../../world/pipelines.ts';
import type { Job, Pipeline } from '../../world/records-project.ts';
import { forbidden, notFound } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, ok, page } from '../call.ts';
import { jobEntity, pipelineBasic, pipelineEntity } from '../entities/pipeline.ts';
import { choice, InvalidParameter, list, requiredText, text } from '../input.ts';
import { projectFor, projectOf, projectToChange, projectWithCode, userOf } from '../lookup.ts';
import { sorted } from '../sorting.ts';

const item = '/projects/:id/pipelines/:pipeline_id';

/** Pipelines and jobs of a project. */
export const pipelineRoutes: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/:id/pipeline',
    run: async (call) => {
      const project = projectToChange(call, levels.developer);
      const ref = requiredText(call, 'ref');
      const variables = variablesOf(call);
      const inputs = inputsOf(call);
      const pipeline = await createPipeline(
        { project, user: userOf(call), ref, variables, inputs },
        call.context,
      );
      return created(pipelineEntity(pipeline, call.context));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/pipelines',
    anonymous: true,
    run: (call) => page(search(call), (p) => pipelineBasic(p, call.context)),
  },
  {
    method: 'GET',
    path: item,
    anonymous: true,
    run: (call) => ok({ ...pipelineEntity(pipelineOf(call), call.context), name: null }),
  },
  {
    method: 'POST',
    path: `${item}/cancel`,
    run: (call) => {
      projectToChange(call, levels.developer);
      return created(pipelineEntity(cancelPipeline(pipelineOf(call), call.context), call.context));
    },
  },
  {
    method: 'GET',
    path: `${item}/variables`,
    run: (call) => {
      const pipeline = pipelineOf(call);
      const project = projectFor(call, levels.developer);
      const mine = pipeline.userId === userOf(call).id;
      if (!mine && accessLevel(call.user, project, call.context) < levels.maintainer) throw forbidden();
      return page(pipeline.variables, ({ key, value, variableType }) => ({
        variable_type: variableType,
        key,
        value,
        raw: false,
      }));
    },
  },
  {
    method: 'GET',
    path: `${item}/jobs`,
    anonymous: true,
    run: (call) => {
      const pipeline = pipelineOf(call);
      const scope = list(call, 'scope');
      const jobs = jobsOf(pipeline, call.context.state).filter(
        (job) => scope === undefined || scope.includes(job.status),
      );
      return page([...jobs].reverse(), (job) => jobEntity(job, pipeline, call.context));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/jobs/:job_id',
    anonymous: true,
    run: (call) => {
      const { job, pipeline } = jobOf(call);
      return ok(jobEntity(job, pipeline, call.context));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/jobs/:job_id/trace',
    anonymous: true,
    run: (call) => {
      const { job } = jobOf(call);
      const project = projectOf(call);
      if (!project.publicJobs && accessLevel(call.user, project, call.context) < levels.reporter)
        throw forbidden();
      return { kind: 'text', text: job.trace };
    },
  },
];

function search(call: Call): readonly Pipeline[] {
  const project = projectWithCode(call);
  const { state } = call.context;
  const wanted = (name: string, value: string | undefined) => {
    const asked = text(call, name);
    return asked === undefined || asked === value;
  };
  const username = text(call, 'username');
  const scope = choice(call, 'scope', ['running', 'pending', 'finished', 'branches', 'tags']);
  const after = text(call, 'updated_after');
  const found = [...state.pipelines.values()]
    .filter((p) => p.projectId === project.id)
    .filter(
      (p) =>
        wanted('ref', p.ref) &&
        wanted('sha', p.sha) &&
        wanted('status', p.status) &&
        wanted('source', p.source),
    )
    .filter((p) => username === undefined || findUser(username, state)?.id === p.userId)
    .filter(() => scope !== 'tags')
    .filter((p) => (scope !== 'running' && scope !== 'pending') || p.status === scope)
    .filter((p) => scope !== 'finished' || p.finishedAt !== null)
    .filter((p) => after === undefined || p.updatedAt >= new Date(after));
  // Pipelines are sorted by id unless the caller says otherwise.
  return sorted(found, { input: { order_by: 'id', ...call.input } });
}

function pipelineOf(call: Call): Pipeline {
  const project = projectWithCode(call);
  const pipeline = call.context.state.pipelines.get(Number(call.params.pipeline_id));
  if (pipeline === undefined || pipeline.projectId !== project.id) throw notFound();
  return pipeline;
}

function jobOf(call: Call): { readonly job: Job; readonly pipeline: Pipeline } {
  const project = projectWithCode(call);
  const job = call.context.state.jobs.get(Number(call.params.job_id));
  const pipeline = job === undefined ? undefined : call.context.state.pipelines.get(job.pipelineId);
  if (job === undefined || pipeline === undefined || pipeline.projectId !== project.id) throw notFound();
  return { job, pipeline };
}

function variablesOf(call: Call): readonly PipelineVariable[] {
  const raw = call.input.variables;
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw new InvalidParameter('variables is invalid');
  return raw.map((one: unknown) => {
    if (typeof one !== 'object' || one === null) throw new InvalidParameter('variables is invalid');
    const input = one as Record<string, unknown>;
    const variableType = choice({ input }, 'variable_type', ['env_var', 'file']) ?? 'env_var';
    return { key: text({ input }, 'key') ?? '', value: text({ input }, 'value') ?? '', variableType };
  });
}

function inputsOf(call: Call): Readonly<Record<string, string>> {
  const raw = call.input.inputs;
  if (raw === undefined || raw === null) return {};
  if (typeof raw !== 'object' || Array.isArray(raw)) throw new InvalidParameter('inputs is invalid');
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
