import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { BeckonError } from '../lib/errors.ts';
import type { Audit } from './audit.ts';
import type { Metrics } from './metrics.ts';
import { summaryOf } from './process-observer.ts';

/** Hears what becomes of a config that was loaded while the process runs. */
export interface ReloadObserver {
  /** `changed`: paths of the config file; `afterRestart`: those of them that take effect at the next start only. */
  reloaded(
    config: Config,
    paths: { readonly changed: readonly string[]; readonly afterRestart: readonly string[] },
  ): void;
  refused(error: unknown): void;
}

/** One log line, one line of the audit stream and the metrics of it. */
export function createReloadObserver({
  log,
  metrics,
  audit,
}: {
  log: Logger;
  metrics: Metrics;
  audit: Audit;
}): ReloadObserver {
  metrics.configLoaded.setToCurrentTime();
  return {
    reloaded(config, { changed, afterRestart }) {
      metrics.configReloads.inc({ outcome: 'reloaded' });
      metrics.configLoaded.setToCurrentTime();
      log.info({ changed }, 'config reloaded');
      if (afterRestart.length > 0) {
        log.warn({ keys: afterRestart }, 'config keys take effect after a restart');
      }
      audit({ event: 'config', decision: 'reloaded', more: { ...summaryOf(config), changed } });
    },
    refused(error) {
      metrics.configReloads.inc({ outcome: 'refused' });
      const known = error instanceof BeckonError;
      const why = known ? { faults: error.message.split('\n') } : { err: error };
      log.error(why, 'config refused, the one before goes on');
      audit({ event: 'config', decision: 'refused', ...(known ? { reason: error.code } : {}) });
    },
  };
}
