import { DELIVERY_OUTCOMES } from '../admin/deliveries.ts';
import type { Config } from '../config/config.ts';
import type { NoticeOutcome } from '../notify/deliver.ts';
import type { RateName } from '../runs/queue-ports.ts';
import type { Metrics } from './metrics.ts';

const LAST_STATES = ['succeeded', 'failed', 'cancelled', 'timed_out', 'refused'] as const;
const NOTICE_OUTCOMES = [
  'delivered',
  'failed',
  'given_up',
  'dropped',
] as const satisfies readonly NoticeOutcome['kind'][];
const RATE_LIMITS = ['perObject', 'perAgent', 'perUser', 'perProject'] as const satisfies readonly RateName[];

/**
 * Has the metrics whose labels are known beforehand there from the start: Prometheus sees no increase in the first
 * value of a series, and an alert on nothing at all needs something that says 0.
 */
export function showFromTheStart(
  metrics: Metrics,
  { config, role, version }: { config: Pick<Config, 'triggers' | 'agents'>; role: string; version: string },
): void {
  metrics.build.set({ version, role }, 1);
  for (const outcome of DELIVERY_OUTCOMES) metrics.deliveries.inc({ outcome }, 0);
  for (const limit of RATE_LIMITS) metrics.refused.inc({ limit }, 0);
  for (const outcome of ['reloaded', 'refused'] as const) metrics.configReloads.inc({ outcome }, 0);
  for (const outcome of NOTICE_OUTCOMES) metrics.notifications.inc({ outcome }, 0);
  for (const { name: agent } of config.agents) metrics.notStarted.inc({ agent }, 0);
  for (const { name: trigger, agent } of config.triggers) {
    for (const state of LAST_STATES) metrics.runs.inc({ agent: agent.name, trigger, state }, 0);
  }
}
