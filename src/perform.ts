import { LRUCache } from 'lru-cache';
import type { Config } from './config/config.ts';
import { createFlowParser } from './flows/flow.ts';
import { type Traced, untraced } from './lib/traced.ts';
import { Interruption } from './runs/failures.ts';
import { isFromFork } from './runs/from-fork.ts';
import { guarded } from './runs/guarded.ts';
import { withEntry } from './runs/history.ts';
import type { IsLetIn } from './runs/named-users.ts';
import type { Clock, GitLabOf, Observer } from './runs/ports.ts';
import type { ParentOf, Perform, Performed, RunRates, RunTurns, StopRequest } from './runs/queue-ports.ts';
import { explainToPeople } from './runs/remedies.ts';
import { retryDelay } from './runs/retry.ts';
import type { Outcome, Run } from './runs/run.ts';
import { cancel } from './runs/steps/cancel.ts';
import { STEPS } from './runs/steps/index.ts';
import { STEP_NAMES, type StepName } from './runs/steps/names.ts';
import type { InputsOnly, StepTools } from './runs/steps/step.ts';

/**
 * Milliseconds for which a run waits for a config that knows its agent and trigger: the process that took it may have
 * gone by a newer one already. Kubernetes needs a minute and more to bring a change to all. And those between two looks.
 */
const NEWER_CONFIG = { within: 120_000, lookEvery: 5_000 };
/** How many projects are known to take inputs only, and for how many milliseconds. */
const INPUTS_ONLY = { max: 1_000, ttl: 3_600_000 };

/**
 * The outbound half: takes a run through its steps and saves it after each. Failures that pass are tried again
 * later; a run that gives up goes on to its last step, so that whoever asked always gets an answer.
 */
export function createPerform(tools: {
  readonly config: Pick<Config, 'gitlab' | 'agents' | 'triggers' | 'limits' | 'webhook'>;
  readonly gitlabOf: GitLabOf;
  /** The request to stop that a run has to heed before each of its steps. */
  readonly stopOf: (runId: string) => Promise<StopRequest | undefined>;
  readonly parentOf: ParentOf;
  readonly isLetIn: IsLetIn;
  readonly turns: RunTurns;
  readonly rates: Pick<RunRates, 'count'>;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly random: () => number;
  /** Another config has taken the place of this one: what is left of a run is for whoever has that. */
  readonly isReplaced?: () => boolean;
  readonly traced?: Traced;
}): Perform {
  const { config, gitlabOf, stopOf, parentOf, isLetIn, turns, rates } = tools;
  const { observer, clock, random, isReplaced, traced = untraced } = tools;
  const parseFlow = createFlowParser();
  const known = new LRUCache<number, true>({ ...INPUTS_ONLY, ttlResolution: 0, perf: { now: clock } });
  const inputsOnly: InputsOnly = {
    has: (projectId) => known.has(projectId),
    add: (projectId) => known.set(projectId, true),
    delete: (projectId) => known.delete(projectId),
  };
  const record = (run: Run, what: string, error?: unknown) => withEntry(run, { at: clock(), what, error });

  return async (start, { save, confirm, signal, interruptions, settled }) => {
    const agent = config.agents.find(({ name }) => name === start.agent);
    const trigger = config.triggers.find(({ name }) => name === start.trigger);
    if (agent === undefined || trigger === undefined) {
      if (clock() - Date.parse(start.createdAt) < NEWER_CONFIG.within) {
        return { kind: 'wait', run: record(start, 'waiting'), at: clock() + NEWER_CONFIG.lookEvery };
      }
      const missing = agent === undefined ? `agent ${start.agent}` : `trigger ${start.trigger}`;
      const outcome: Outcome = {
        kind: 'not_started',
        error: `The ${missing} is not in the config any more.`,
      };
      const finishedAt = new Date(clock()).toISOString();
      return end(record({ ...start, outcome, finishedAt }, 'finished'));
    }
    const gitlab = guarded(gitlabOf(agent.name), confirm);
    let run = start.history === undefined ? record(start, 'taken up') : start;
    let resumed = true;
    const isOver = () => signal.aborted || isReplaced?.() === true;

    if (run.finishedAt === undefined && interruptions > (run.interruptions ?? 0)) {
      const next = afterFailure({ ...run, interruptions }, new Interruption());
      if ('kind' in next) return next;
      run = next;
      await save(run);
    }

    while (run.finishedAt === undefined) {
      if (isOver()) return { kind: 'wait', run, at: clock() };
      const { step } = run;
      const began = clock();
      try {
        const stepTools: StepTools = {
          gitlab,
          agent,
          trigger,
          config,
          parentOf,
          isLetIn,
          turns,
          rates,
          gitlabUrl: config.gitlab.url,
          parseFlow,
          inputsOnly,
          clock,
          overlooked: (error) => observer.overlooked(start, { step, error }),
          resumed,
          settled,
        };
        // What has an outcome is ending anyway, and what is being delivered is done.
        const isEnding = run.outcome !== undefined || isFrom('deliver', step);
        const stop = isEnding ? undefined : await stopOf(run.id);
        const about = { 'beckon.run': run.id, 'beckon.agent': run.agent, 'beckon.trigger': run.trigger };
        const now = run;
        const result = await traced({ name: `step ${step}`, about }, () =>
          stop ? cancel(now, stop, stepTools) : STEPS[step](now, stepTools),
        );
        if (result.kind === 'wait') {
          const waiting = record({ ...result.run, failures: 0 }, 'waiting');
          return { kind: 'wait', run: waiting, at: clock() + result.after };
        }
        run = enter(nextStep(result.run), result.run);
        observer.stepped(run, { name: step, seconds: (clock() - began) / 1000, next: run.step });
      } catch (error) {
        // Whatever went wrong is for whoever goes on with the run.
        if (isOver()) return { kind: 'wait', run, at: clock() };
        const next = afterFailure(run, error);
        if ('kind' in next) return next;
        run = next;
      }
      resumed = false;
      run = record(run, run.finishedAt === undefined ? 'entered' : 'finished');
      if (run.finishedAt === undefined) await save(run);
    }
    return end(run);
  };

  /**
   * Has the step tried again later, or gives it up: then what is left is to clean up and to say so; after the last
   * step nothing is, and the log has it.
   */
  function afterFailure(run: Run, error: unknown): Performed | Run {
    const { step } = run;
    const failures = run.failures + 1;
    const delay = retryDelay(error, failures, random);
    if (delay !== undefined) {
      observer.retrying(run, { step, error, delay });
      return { kind: 'wait', run: record({ ...run, failures }, 'retrying', error), at: clock() + delay };
    }
    observer.gaveUp(run, { step, error });
    const lost: Run = { ...record(run, 'gave up', error), outcome: run.outcome ?? outcomeOf(run, error) };
    if (step === 'finish') return { ...lost, finishedAt: new Date(clock()).toISOString() };
    return enter(stepAfterGivingUp(lost), lost);
  }

  async function end(run: Run): Promise<Performed> {
    await turns.release(run.id);
    observer.finished(run);
    return { kind: 'done', run };
  }
}

function enter(step: StepName, run: Run): Run {
  return { ...run, step, failures: 0, looks: 0 };
}

function isFrom(first: StepName, step: StepName): boolean {
  return STEP_NAMES.indexOf(step) >= STEP_NAMES.indexOf(first);
}

/**
 * The one after that is any of the run's business. A run with an outcome goes straight to cleaning up its branch, if it
 * has one, and to its end.
 */
function nextStep(run: Run): StepName {
  const after = STEP_NAMES[STEP_NAMES.indexOf(run.step) + 1] ?? 'finish';
  const next = after === 'fork' && !isFromFork(run.event) ? 'prepare' : after;
  if (run.outcome === undefined || next === 'finish') return next;
  return run.branch !== undefined && !isFrom('deliver', run.step) ? 'deliver' : 'finish';
}

/** As after any outcome; but of a step that makes the branch nobody knows whether it did. */
function stepAfterGivingUp(run: Run): StepName {
  if (run.step === 'deliver') return 'finish';
  return run.step === 'prepare' ? 'deliver' : nextStep(run);
}

function outcomeOf(run: Run, error: unknown): Outcome {
  const said = explainToPeople(error);
  return run.pipeline === undefined
    ? { kind: 'not_started', error: said }
    : { kind: 'failed', reason: said, job: undefined };
}
