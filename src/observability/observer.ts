import type { Logger } from 'pino';
import type { AdminObserver } from '../admin/runs.ts';
import type { ObeyObserver } from '../obey.ts';
import type { ReceiveObserver } from '../receive.ts';
import type { Observer } from '../runs/ports.ts';
import type { Run } from '../runs/run.ts';
import { runState } from '../runs/state.ts';
import { adminAudit, type SessionObserver } from './admin-observer.ts';
import type { Audit } from './audit.ts';
import { type DeliveryObserver, deliveryAudit } from './delivery-observer.ts';
import type { Metrics } from './metrics.ts';
import { runAudit } from './run-audit.ts';

/** What hears of everything that happens. */
export type BeckonObserver = Observer &
  ReceiveObserver &
  ObeyObserver &
  DeliveryObserver &
  AdminObserver &
  SessionObserver;

/** One log line, one metric and, for a decision, one line of the audit stream for each transition, and nowhere else. */
export function createObserver(tools: { log: Logger; metrics: Metrics; audit: Audit }): BeckonObserver {
  const { log, metrics } = tools;
  const audit = runAudit(tools.audit);
  /** Ids of the runs in the hands of this process, by agent, so that a run waiting between steps counts once. */
  const active = new Map<string, Set<string>>();

  function activeOf(agent: string): Set<string> {
    const runs = active.get(agent) ?? new Set();
    active.set(agent, runs);
    return runs;
  }

  return {
    ...deliveryAudit(tools.audit),
    ...adminAudit(tools.audit),
    commanded: audit.commanded,
    queued(run) {
      audit.queued(run);
      log.info({ ...about(run), actor: run.event.actor.username, event: run.event.kind }, 'run queued');
    },
    stepped(run, { name, seconds, next }) {
      audit.stepped(run, name);
      const runs = activeOf(run.agent).add(run.id);
      metrics.runsActive.set({ agent: run.agent }, runs.size);
      metrics.stepSeconds.observe({ step: name }, seconds);
      log.info({ ...about(run), step: name, next, seconds }, 'step done');
    },
    retrying(run, { step, error, delay }) {
      log.warn(
        { ...about(run), step, failures: run.failures + 1, retryInMs: delay, err: error },
        'step failed, trying again',
      );
    },
    gaveUp(run, { step, error }) {
      log.error({ ...about(run), step, err: error }, 'step failed for good');
    },
    overlooked(run, { step, error }) {
      log.warn({ ...about(run), step, err: error }, 'failure overlooked');
    },
    finished(run) {
      const runs = activeOf(run.agent);
      runs.delete(run.id);
      metrics.runsActive.set({ agent: run.agent }, runs.size);
      audit.finished(run);
      const state = runState(run);
      metrics.runs.inc({ agent: run.agent, trigger: run.trigger, state });
      if (run.outcome?.kind === 'not_started') metrics.notStarted.inc({ agent: run.agent });
      log.info({ ...about(run), state, outcome: run.outcome }, 'run finished');
    },
  };
}

function about(run: Run) {
  return {
    runId: run.id,
    agent: run.agent,
    trigger: run.trigger,
    project: run.event.project.path,
    resource:
      run.event.resource === undefined ? undefined : `${run.event.resource.type}/${run.event.resource.iid}`,
    ...(run.askedBy === undefined ? {} : { askedBy: run.askedBy, onBehalfOf: run.event.actor.username }),
  };
}
