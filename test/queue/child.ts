/**
 * A process with a queue of its own, for tests that kill it: `tsx child.ts HOME LOOKS`. It takes a run up, counts
 * a look, says so, and then works for ever, until a run has been looked at LOOKS times and is done.
 */
import { Secret } from '../../src/lib/secret.ts';
import { startConsumer } from '../../src/queue/consumer.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { ended } from './a-run.ts';

const [home = '', looks = '1'] = process.argv.slice(2);
const { url, ...rest } = JSON.parse(home);
// The terminal's Ctrl-C is for the program's own shutdown to handle.
process.on('SIGINT', () => console.log('interrupted'));

const start = Date.now();
try {
  const backend = await openBackend(url === undefined ? rest : { ...rest, url: new Secret(url) });
  await startConsumer(backend, {
    concurrency: 2,
    clock: Date.now,
    onError: (error) => console.log(`error ${String(error)}`),
    perform: async (run, { save, signal, interruptions }) => {
      signal.addEventListener('abort', () => console.log(`aborted ${run.id}`));
      const seen = { ...run, looks: run.looks + 1 };
      await save(seen);
      console.log(`interruptions ${interruptions}`);
      console.log(`took ${run.id} ${seen.looks}`);
      if (seen.looks >= Number(looks)) return { kind: 'done', run: ended(seen) };
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const saving = save({ ...seen, trigger: `held by ${process.pid}` });
        await saving.then(
          () => console.log('saved'),
          (error) => {
            console.log(`refused ${String(error)}`);
            throw error;
          },
        );
      }
    },
  });
  console.log(`ready after ${Date.now() - start} ms`);
} catch (error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  console.log(`failed ${code} ${String(error)}`);
  process.exit(1);
}
