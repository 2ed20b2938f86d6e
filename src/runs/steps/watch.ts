import type { SettledPipeline } from '../../events/reading.ts';
import { parseDuration } from '../../lib/duration.ts';
import { Failure } from '../failures.ts';
import { placeOf } from '../place.ts';
import type { GitLab, Job } from '../ports.ts';
import type { Outcome, Run } from '../run.ts';
import { done, type Step, type StepTools } from './step.ts';
import { type SeenPipeline, sayWaiting } from './waiting.ts';

const FIRST_LOOK = 3_000;
const LAST_LOOK = 60_000;
/** At every fourth look it is asked whether the issue or merge request is still there: no webhook tells of that. */
const LOOKS_PER_ITEM = 4;

/** Looks how far the pipeline is; at its end goes on, before it waits for the next look. */
export const watch: Step = async (run, tools) => {
  if (run.pipeline === undefined) throw new Error('there is no pipeline to watch');
  const projectId = run.event.project.id;
  const told = successAsTold(run, tools);
  // It was made a moment ago; its webhook wakes the run, also one that comes before this is saved.
  if (told === undefined && !tools.resumed) return { kind: 'wait', run, after: FIRST_LOOK };
  const pipeline = told ?? (await tools.gitlab.pipeline(projectId, run.pipeline.id));
  if (pipeline === undefined) return failed(run, 'somebody deleted the pipeline');
  const seen = { ...run.pipeline, status: pipeline.status };
  switch (pipeline.status) {
    case 'success':
      return done(run);
    case 'failed':
      return failedIn(run, await tools.gitlab.jobs(projectId, pipeline.id));
    case 'canceled':
      return end(run, { kind: 'cancelled', by: undefined });
    case 'skipped':
      return failed(run, 'GitLab skipped the pipeline');
    case 'manual':
      if (hasAgentRun(await tools.gitlab.jobs(projectId, pipeline.id))) return lookAgain(run, seen, tools);
      return failed(
        run,
        "the pipeline waits for somebody to start a job by hand, so no agent ran. Take `when: manual` off the rules of the agent's job",
      );
    // created, waiting_for_resource, preparing, pending, running, scheduled, canceling, and what GitLab may add.
    default:
      return lookAgain(run, seen, tools);
  }
};

/**
 * The success of the run's pipeline, where a webhook told of it. Whatever else it tells of, somebody may have had the
 * pipeline go on since, and the run would give it up. That somebody vouched for the project is known of its path alone,
 * where secrets of some projects vouch for those only; so both have to be the run's.
 */
function successAsTold({ event, pipeline }: Run, { settled }: StepTools): SettledPipeline | undefined {
  const isSuccess =
    settled?.status === 'success' &&
    settled.id === pipeline?.id &&
    settled.project.id === event.project.id &&
    settled.project.path === event.project.path;
  return isSuccess ? settled : undefined;
}

/**
 * What the agent's job is called is for the project to say; where none has the name of our template, the agent's
 * may be any.
 */
function hasAgentRun(jobs: readonly Job[]): boolean {
  const named = jobs.filter(({ name }) => name.startsWith('external-agent'));
  return (named.length > 0 ? named : jobs).some(
    ({ status }) => status === 'running' || status === 'success' || status === 'failed',
  );
}

async function lookAgain(run: Run, pipeline: SeenPipeline, tools: StepTools) {
  const { agent, gitlab, clock } = tools;
  const own = parseDuration(run.flow?.timeout ?? '') ?? agent.timeout;
  const left = Date.parse(pipeline.createdAt) + Math.min(own, agent.timeout) - clock();
  if (left <= 0) {
    await gitlab.cancelPipeline(run.event.project.id, pipeline.id);
    return end(run, { kind: 'timed_out' });
  }
  if (run.looks % LOOKS_PER_ITEM === LOOKS_PER_ITEM - 1 && !(await isItemThere(run, gitlab))) {
    await gitlab.cancelPipeline(run.event.project.id, pipeline.id);
    return failed(run, 'somebody deleted what it was about, so the pipeline was cancelled');
  }
  const told = await sayWaiting(run, pipeline, tools);
  const interval = Math.min(LAST_LOOK, FIRST_LOOK * 1.3 ** run.looks);
  return {
    kind: 'wait',
    run: { ...told, looks: run.looks + 1 },
    after: Math.round(Math.min(interval, left)),
  } as const;
}

async function isItemThere({ event }: Run, gitlab: GitLab): Promise<boolean> {
  const place = placeOf(event);
  if (place === undefined) return true;
  try {
    await gitlab.resource(place);
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'gone') return false;
    throw error;
  }
}

function failedIn(run: Run, jobs: readonly Job[]) {
  const job = jobs.find((candidate) => candidate.status === 'failed');
  return end(run, {
    kind: 'failed',
    reason:
      REASONS[job?.failureReason ?? ''] ?? job?.failureReason?.replaceAll('_', ' ') ?? 'the pipeline failed',
    job: job === undefined ? undefined : { id: job.id, name: job.name, url: job.url },
  });
}

/** GitLab's `failure_reason` of a job in words. */
const REASONS: Readonly<Record<string, string>> = {
  script_failure: 'a command of the job failed',
  job_execution_timeout: 'the job ran into its time limit',
  stuck_or_timeout_failure: 'no runner took the job, or it stopped answering',
  runner_system_failure: 'the runner had a fault',
  stale_schedule: 'no runner took the job in time',
};

function failed(run: Run, reason: string) {
  return end(run, { kind: 'failed', reason, job: undefined });
}

function end(run: Run, outcome: Outcome) {
  return done({ ...run, outcome });
}
