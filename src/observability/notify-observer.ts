import type { Logger } from 'pino';
import type { NotifyObserver } from '../notify/deliver.ts';
import type { Metrics } from './metrics.ts';

/** One log line and one metric for each try to tell somebody of a run. */
export function createNotifyObserver({
  log,
  metrics,
}: {
  readonly log: Logger;
  readonly metrics: Metrics;
}): NotifyObserver {
  return {
    notified({ receiver, summary }, outcome) {
      metrics.notifications.inc({ outcome: outcome.kind });
      const about = { receiver, runId: summary.id, state: summary.state };
      switch (outcome.kind) {
        case 'delivered':
          log.info(about, 'notification delivered');
          break;
        case 'failed':
          log.warn(
            { ...about, reason: outcome.reason, retryInMs: outcome.retryInMs },
            'notification failed, trying again',
          );
          break;
        case 'given_up':
          log.error({ ...about, reason: outcome.reason }, 'notification given up');
          break;
        case 'dropped':
          log.warn(about, 'notification dropped, since its receiver is not in the config any more');
          break;
        default:
          outcome satisfies never;
      }
    },
  };
}
