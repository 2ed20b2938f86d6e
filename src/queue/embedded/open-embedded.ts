import type { Backend } from '../backend.ts';
import { openPostgresAt } from '../postgres.ts';
import { startEmbeddedServer } from './server.ts';

/** The queue on a PostgreSQL of our own, which runs as long as the queue is open. */
export async function openEmbedded(
  dataDir: string,
  { onError }: { onError: (error: Error) => void },
): Promise<Backend> {
  const server = await startEmbeddedServer(dataDir, { onError });
  try {
    const backend = await openPostgresAt(server.address, { kind: 'embedded', onError });
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
