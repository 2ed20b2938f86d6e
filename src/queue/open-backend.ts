import type { QueueHome } from '../config/config.ts';
import type { Backend } from './backend.ts';
import { openEmbedded } from './embedded/open-embedded.ts';
import { openPostgres } from './postgres.ts';
import { openRedis } from './redis.ts';

/**
 * Opens the home of the queue, and with the embedded one starts its PostgreSQL. A guest looks in beside a Beckon
 * that runs there, where another would be refused; it must not perform runs.
 *
 * Rejects with a {@link BeckonError}: `queue_unavailable` when it cannot be reached within 5 s; for the embedded
 * home also `queue_in_use`, `queue_data_dir` and `queue_no_binary`, each with a hint on what to do.
 *
 * `onError` hears of what goes wrong later and mends itself.
 */
export async function openBackend(
  home: QueueHome,
  { isGuest = false, onError = () => {} }: { isGuest?: boolean; onError?: (error: Error) => void } = {},
): Promise<Backend> {
  switch (home.kind) {
    case 'redis':
      return openRedis(home.url, { onError });
    case 'postgres':
      return openPostgres(home.url, { onError });
    case 'embedded':
      return openEmbedded(home.dataDir, { isGuest, onError });
    default:
      return home satisfies never;
  }
}
