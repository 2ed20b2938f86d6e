import { Command } from 'commander';
import { renderWhy } from '../why/render.ts';
import type { WhyAnswer } from '../why/why.ts';
import { coloured } from './coloured.ts';
import { configOf } from './config-option.ts';
import { EXIT } from './exit.ts';
import { withProgress } from './progress.ts';

export const why = new Command('why')
  .description('Say why an agent did, or did not, answer a comment. Changes nothing.')
  .argument('<url>', 'address of the comment in GitLab, or of an issue or merge request')
  .option('--json', 'print the findings as JSON')
  .action(async (url: string, { json }: { json?: true }, command: Command) => {
    const answer = await withProgress('Looking…', () => ask(url, command));
    console.log(json === true ? JSON.stringify(answer, null, 2) : coloured(renderWhy(answer)));
    process.exitCode = answer.runs.length > 0 ? EXIT.done : EXIT.no;
  });

async function ask(url: string, command: Command): Promise<WhyAnswer> {
  const config = await configOf(command);
  // Only here: the other commands start faster without all that this needs.
  const [{ openBackend }, { createRunQueue }, { createDeliveries }, { createOwnWhy }] = await Promise.all([
    import('../queue/open-backend.ts'),
    import('../queue/producer.ts'),
    import('../queue/deliveries.ts'),
    import('../app/why.ts'),
  ]);
  const backend = await openBackend(config.queue.home, { isGuest: true });
  const queue = createRunQueue(backend, { retention: config.retention.runs });
  const clock = Date.now;
  const deliveries = createDeliveries(backend, { clock, onError: () => {} });
  try {
    return await createOwnWhy({ config, queue, deliveries, clock }, { onRequest: () => {} })(url);
  } finally {
    await queue.close();
  }
}
