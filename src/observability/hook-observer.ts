import type { Logger } from 'pino';
import type { HookObserver, WatchedHook } from '../hooks/ports.ts';
import type { Metrics } from './metrics.ts';

/** One log line for each thing that watching the hooks finds, and the metrics of them. */
export function createHookObserver({ log, metrics }: { log: Logger; metrics: Metrics }): HookObserver {
  return {
    counted({ watched, disabled }) {
      metrics.hooksWatched.set(watched);
      metrics.hooksDisabled.set(disabled);
    },
    changed(watched, { state, disabledUntil }) {
      if (state === 'executable') log.info(about(watched), 'webhook is on again');
      else log.warn({ ...about(watched), state, disabledUntil }, 'webhook was switched off by GitLab');
    },
    stayedOff(watched, reason) {
      log.warn({ ...about(watched), reason }, 'webhook cannot be switched on again');
    },
    resent(watched, { id, event }, status) {
      metrics.hookResends.inc({ status });
      log.info({ ...about(watched), delivery: id, event, status }, 'delivery resent');
    },
    refused(watched, count) {
      const hint =
        'Another secret than in the config? `beckon hook sync PROJECT --secret` writes it into the webhook anew. Beckon does not have these resent.';
      log.warn({ ...about(watched), count, hint }, 'deliveries of the webhook were refused');
    },
    failed(project, error) {
      log.warn({ project, err: error }, 'watching webhooks failed');
    },
  };
}

function about({ project, id }: WatchedHook) {
  return { project: project.path, hook: id };
}
