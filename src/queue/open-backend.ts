import type { QueueHome } from '../config/config.ts';
import type { Backend, OpenOptions } from './backend.ts';

/**
 * Opens the home of the queue, and with the embedded one starts its PostgreSQL. A guest looks in beside a Beckon
 * that runs there, where another would be refused; it must not perform runs.
 *
 * Rejects with a {@link BeckonError}: `queue_unavailable` when it cannot be reached within 5 s; for the embedded
 * home also `queue_in_use`, `queue_data_dir` and `queue_no_binary`, each with a hint on what to do.
 */
export async function openBackend(
  home: QueueHome,
  { isGuest = false, onError = () => {}, telemetry }: Partial<OpenOptions> & { isGuest?: boolean } = {},
): Promise<Backend> {
  // Each loads what it is spoken to with, so only that of the home is loaded: time at the start, and memory.
  switch (home.kind) {
    case 'redis': {
      const { openRedis } = await import('./redis.ts');
      return openRedis(home.url, { onError, telemetry });
    }
    case 'postgres': {
      const { openPostgres } = await import('./postgres.ts');
      return openPostgres(home.url, { onError, telemetry });
    }
    case 'embedded': {
      const { openEmbedded } = await import('./embedded/open-embedded.ts');
      return openEmbedded(home.dataDir, { isGuest, onError, telemetry });
    }
    default:
      return home satisfies never;
  }
}
