import type { Backend, OpenOptions } from '../backend.ts';
import { openPostgresAt } from '../postgres.ts';
import { startEmbeddedServer, visitEmbeddedServer } from './server.ts';

/** The queue on a PostgreSQL of our own, which runs as long as the queue is open; for a guest, at least as long. */
export async function openEmbedded(
  dataDir: string,
  { isGuest, onError, telemetry }: OpenOptions & { isGuest: boolean },
): Promise<Backend> {
  const server = isGuest
    ? await visitEmbeddedServer(dataDir)
    : await startEmbeddedServer(dataDir, { onError });
  try {
    const backend = await openPostgresAt(server.address, { kind: 'embedded', onError, telemetry });
    let closed: Promise<void> | undefined;
    return {
      ...backend,
      close: () => {
        closed ??= backend.close().then(() => server.stop());
        return closed;
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
