import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CaughtUp, RunQueue } from '../runs/queue-ports.ts';

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const DAY_MS = 86_400_000;

export type Metrics = ReturnType<typeof createMetrics>;

/** Beckon's own metrics and those of the process, in a registry of their own. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  /** When tokens end, in milliseconds since the epoch, by agent. */
  const tokenEnds = new Map<string, number>();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    tokenEnds,
    tokenExpires: new Gauge({
      name: 'beckon_token_expires_in_days',
      help: "Days that an agent's token has left, as this process has been told; `gitlab.token` is the operator's.",
      labelNames: ['agent'] as const,
      registers,
      collect() {
        this.reset();
        for (const [agent, end] of tokenEnds) this.set({ agent }, (end - Date.now()) / DAY_MS);
      },
    }),
    deliveries: new Counter({
      name: 'beckon_deliveries_total',
      help: 'Webhook requests by what became of them.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    runs: new Counter({
      name: 'beckon_runs_total',
      help: 'Runs that ended, by their last state.',
      labelNames: ['agent', 'trigger', 'state'] as const,
      registers,
    }),
    notStarted: new Counter({
      name: 'beckon_runs_not_started_total',
      help: 'Runs that failed before their pipeline was there; they are part of those that failed.',
      labelNames: ['agent'] as const,
      registers,
    }),
    refused: new Counter({
      name: 'beckon_refused_total',
      help: 'Runs that were refused because they came too often, by the limit.',
      labelNames: ['limit'] as const,
      registers,
    }),
    caughtUp: new Counter({
      name: 'beckon_caught_up_total',
      help: 'What To-Do items told of, by what became of it; `known` is what a webhook had told as well.',
      labelNames: ['agent', 'outcome'] as const,
      registers,
    }),
    runsActive: new Gauge({
      name: 'beckon_runs_active',
      help: 'Runs that this process has taken up and that have not ended.',
      labelNames: ['agent'] as const,
      registers,
    }),
    runsWaiting: new Gauge({
      name: 'beckon_runs_waiting',
      help: 'Runs of all processes that wait for their turn, as this process has seen last.',
      labelNames: ['agent'] as const,
      registers,
    }),
    oldestWaiting: new Gauge({
      name: 'beckon_runs_oldest_waiting_seconds',
      help: 'Age of the oldest run that waits for its turn, as this process has seen last; 0 where none waits.',
      registers,
    }),
    caughtUpTo: new Gauge({
      name: 'beckon_caught_up_timestamp_seconds',
      help: 'Up to when a source has told of all that happened, as seconds since 1970: the To-Do items of an agent, or the failed deliveries of webhooks.',
      labelNames: ['source'] as const,
      registers,
    }),
    hooksWatched: new Gauge({
      name: 'beckon_hooks_watched',
      help: 'Webhooks of GitLab that lead to us, as this process has seen last.',
      registers,
    }),
    hooksDisabled: new Gauge({
      name: 'beckon_hooks_disabled',
      help: 'Those of them that GitLab has switched off.',
      registers,
    }),
    hookResends: new Counter({
      name: 'beckon_hook_resends_total',
      help: 'Deliveries that GitLab was asked to send again, by the status that they were answered with.',
      labelNames: ['status'] as const,
      registers,
    }),
    configReloads: new Counter({
      name: 'beckon_config_reloads_total',
      help: 'Configs that were loaded anew, by whether they were taken: `reloaded` or `refused`.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    configLoaded: new Gauge({
      name: 'beckon_config_loaded_timestamp_seconds',
      help: 'When the config that this process goes by was loaded.',
      registers,
    }),
    notifications: new Counter({
      name: 'beckon_notifications_total',
      help: 'Tries to tell somebody of a run, by what became of them: `delivered`, `failed`, `given_up` or `dropped`.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    stepSeconds: new Histogram({
      name: 'beckon_step_seconds',
      help: 'Time that the steps of runs took, waiting left out.',
      labelNames: ['step'] as const,
      buckets: [...SECONDS, 30, 60],
      registers,
    }),
    gitlabRequests: new Counter({
      name: 'beckon_gitlab_requests_total',
      help: 'Requests to GitLab by what they are for and the status of the answer; 0 stands for no answer.',
      labelNames: ['operation', 'status'] as const,
      registers,
    }),
    ackSeconds: new Histogram({
      name: 'beckon_ack_seconds',
      help: 'Time from a webhook request to its answer.',
      buckets: SECONDS,
      registers,
    }),
    queueUp: new Gauge({
      name: 'beckon_queue_up',
      help: '1 where the queue has answered this process, 0 where not.',
      registers,
    }),
    build: new Gauge({
      name: 'beckon_build_info',
      help: 'Always 1: which version this process is, and which half of the program.',
      labelNames: ['version', 'role'] as const,
      registers,
    }),
    queueDepth: new Gauge({
      name: 'beckon_queue_depth',
      help: 'Jobs of the queue by state.',
      labelNames: ['state'] as const,
      registers,
    }),
  };
}

/** What is read when somebody asks for the metrics, and not counted as it happens. */
export interface MetricSources {
  readonly queue: Pick<RunQueue, 'depth'>;
  readonly caughtUp: Pick<CaughtUp, 'upTo'>;
}

/** The metrics as text for Prometheus. Without the queue the rest is wanted all the more. */
export async function renderMetrics(metrics: Metrics, { queue, caughtUp }: MetricSources): Promise<string> {
  const [depth, upTo] = await Promise.allSettled([queue.depth(), caughtUp.upTo()]);
  metrics.queueUp.set(depth.status === 'fulfilled' ? 1 : 0);
  metrics.queueDepth.reset();
  if (depth.status === 'fulfilled') {
    for (const [state, count] of Object.entries(depth.value)) metrics.queueDepth.set({ state }, count);
  }
  metrics.caughtUpTo.reset();
  if (upTo.status === 'fulfilled') {
    for (const [source, at] of Object.entries(upTo.value)) metrics.caughtUpTo.set({ source }, at / 1_000);
  }
  return metrics.registry.metrics();
}
