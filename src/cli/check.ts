import { Command } from 'commander';
import type { QueueState } from '../check/ports.ts';
import { isWell, jsonOf, renderGroups } from '../check/render.ts';
import type { Config, QueueHome } from '../config/config.ts';
import { BeckonError } from '../lib/errors.ts';
import { coloured } from './coloured.ts';
import { configFileOf, configOf } from './config-option.ts';
import { EXIT } from './exit.ts';
import { PLACES, pathsOf, readPlace } from './places.ts';
import { type Show, withProgress } from './progress.ts';
import { shippedCi } from './shipped.ts';

/** Questions to GitLab that are under way at once. */
const AT_ONCE = 8;
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

interface Options {
  readonly json?: true;
  readonly deliver?: true;
}

export const check = new Command('check')
  .description('Say whether config, queue, GitLab, tokens, roles and projects are right, and what to do.')
  .argument('[projects...]', `${PLACES} (default: the projects of the triggers)`, readPlace)
  .option('--json', 'print the findings as JSON')
  .option(
    '--deliver',
    "have GitLab send a test delivery to each project's webhook, which shows whether it arrives",
  )
  .action(async (places: readonly string[], { json, deliver }: Options, command: Command) => {
    const config = await configOf(command);
    const file = configFileOf(command);
    const projects = places.length === 0 ? [] : await pathsOf(places, command, config);
    const groups = await withProgress('Looking…', (show) =>
      look(config, projects, { file, deliver: deliver === true, show }),
    );
    console.log(json === true ? jsonOf(groups) : coloured(renderGroups(groups)));
    process.exitCode = isWell(groups) ? EXIT.done : EXIT.no;
  });

async function look(
  config: Config,
  projects: readonly string[],
  { file, deliver, show }: { file: string; deliver: boolean; show: Show },
) {
  // Only here: the other commands start faster without all that this needs.
  const [
    { check },
    { createAsking },
    { createChecked },
    { reachGitLab },
    { closedTransport, openTransport },
  ] = await Promise.all([
    import('../check/check.ts'),
    import('../check/asking.ts'),
    import('../gitlab/checked.ts'),
    import('../gitlab/reach.ts'),
    import('../gitlab/transport.ts'),
  ]);
  const { url, caFile } = config.gitlab;
  let fault: BeckonError | undefined;
  const dispatcher = await openTransport({ caFile }).catch((error: unknown) => {
    if (!(error instanceof BeckonError)) throw error;
    fault = error;
    return closedTransport();
  });
  const bounded = createAsking({
    atOnce: AT_ONCE,
    onAnswer: (answered, asked) => show(`Looking: ${answered} of ${asked} answers…`),
  });
  try {
    return await check(config, projects, {
      file,
      reach: async () =>
        fault === undefined
          ? reachGitLab(url, { dispatcher, clock: Date.now })
          : { kind: 'unasked', reason: fault.message, hint: fault.hint ?? '' },
      queue: () => lookAtQueue(config.queue.home),
      gitlabOf: (token) => bounded(createChecked({ url, token }, { dispatcher, onRequest: () => {} })),
      hasProxy: PROXIES.some((name) => (process.env[name] ?? '') !== ''),
      now: Date.now(),
      agentJob: shippedCi().agentJob,
      deliver,
    });
  } finally {
    await dispatcher.destroy();
  }
}

/** As a guest, so that it may be asked beside a Beckon that is running. */
async function lookAtQueue(home: QueueHome): Promise<QueueState> {
  const { openBackend } = await import('../queue/open-backend.ts');
  try {
    const backend = await openBackend(home, { isGuest: true });
    try {
      return { kind: 'open', warnings: await backend.warnings() };
    } finally {
      await backend.close();
    }
  } catch (error) {
    if (error instanceof BeckonError) return { kind: 'closed', reason: error.message, hint: error.hint };
    throw error;
  }
}
