import { Command, InvalidArgumentError, Option } from 'commander';
import { type Cancelled, createRunAdmin, type RunAdmin } from '../admin/runs.ts';
import { resultOf, summaryOf } from '../admin/view.ts';
import { RUN_STATES, type RunState } from '../config/config.ts';
import { parseDuration } from '../lib/duration.ts';
import { messageOf } from '../lib/errors.ts';
import { compilePatterns } from '../lib/pattern.ts';
import { runState } from '../runs/state.ts';
import { configOf } from './config-option.ts';
import { EXIT } from './exit.ts';
import { renderRun, renderRuns } from './runs-view.ts';

interface ListOptions {
  readonly limit: number;
  readonly state?: RunState;
  readonly agent?: string;
  readonly project?: (path: string) => boolean;
  readonly user?: string;
  readonly since?: number;
  readonly json?: true;
}
type Json = Pick<ListOptions, 'json'>;

const MAX_LIMIT = 10_000;
/** What a command does is told by the worker that carries it out. */
const NOBODY = { queued: () => {}, administered: () => {} };

const list = new Command('list')
  .description('List runs, the newest first.')
  .option('--limit <n>', 'how many at most', readLimit, 20)
  .addOption(new Option('--state <state>', 'those in this state').choices(RUN_STATES))
  .option('--agent <agent>', 'those of this agent')
  .option(
    '--project <project>',
    'those of a project, or of all that a glob covers, such as acme/**',
    readGlob,
  )
  .option('--user <username>', 'those that this person asked for')
  .option('--since <duration>', 'those of the last 90s, 10m, 2h or 7d', readSince)
  .option('--json', 'print them as JSON')
  .action(async ({ limit, json, ...filter }: ListOptions, command: Command) => {
    const { runs } = await withRuns(command, (admin) => admin.list(filter, { limit }));
    const now = Date.now();
    print(json === true ? runs.map((run) => summaryOf(run, now)) : renderRuns(runs, now));
  });

const show = new Command('show')
  .description('Print all that is known of a run, with its time line.')
  .argument('<id>', 'of the run, or as much of its beginning as no other run has')
  .option('--json', 'print it as JSON')
  .action(async (id: string, { json }: Json, command: Command) => {
    await withRuns(command, async (admin) => {
      const run = await admin.find(id);
      const details = await admin.details(run);
      print(json === true ? details : renderRun(run, { stop: details.stop ?? undefined, now: Date.now() }));
    });
  });

const cancel = new Command('cancel')
  .description('Ask a run to stop that is queued or running.')
  .argument('<id>', 'of the run, or as much of its beginning as no other run has')
  .option('--json', 'print what came of it as JSON')
  .action(async (id: string, { json }: Json, command: Command) => {
    await withRuns(command, async (admin) => {
      const cancelled = await admin.cancel(await admin.find(id), { reason: 'beckon runs cancel' });
      const { answer, run } = cancelled;
      print(json === true ? { id: run.id, answer, state: runState(run) } : cancelWords(cancelled));
      process.exitCode = answer === 'asked' ? EXIT.done : EXIT.no;
    });
  });

const retry = new Command('retry')
  .description('Start what a run was for again, as a new run, and print the id of that.')
  .argument('<id>', 'of the run, or as much of its beginning as no other run has')
  .option('--json', 'print what came of it as JSON')
  .action(async (id: string, { json }: Json, command: Command) => {
    await withRuns(command, async (admin) => {
      const old = await admin.find(id);
      const { run, duplicate } = await admin.retry(old);
      if (duplicate) console.error(`It was started again before; that run is ${runState(run)}.`);
      print(json === true ? { id: run.id, retryOf: old.id, duplicate, state: runState(run) } : run.id);
    });
  });

export const runs = new Command('runs')
  .description('The runs: list, show, cancel, retry. Also while Beckon is running.')
  .addCommand(list, { isDefault: true })
  .addCommand(show)
  .addCommand(cancel)
  .addCommand(retry);

/** Opens the queue of the config as a guest, and closes it whatever comes. */
async function withRuns<T>(command: Command, act: (runs: RunAdmin) => Promise<T>): Promise<T> {
  const { queue: settings, retention } = await configOf(command);
  // Only here: the other commands start faster without all that this needs.
  const [{ openBackend }, { createRunQueue }] = await Promise.all([
    import('../queue/open-backend.ts'),
    import('../queue/producer.ts'),
  ]);
  const backend = await openBackend(settings.home, { isGuest: true });
  const queue = createRunQueue(backend, { retention: retention.runs });
  try {
    return await act(createRunAdmin({ queue, observer: NOBODY, clock: Date.now }));
  } finally {
    await queue.close();
  }
}

function cancelWords({ run, answer }: Cancelled): string {
  const state = runState(run);
  if (answer !== 'asked') return `${run.id} is over: ${state} ${resultOf(run)}`.trimEnd();
  switch (state) {
    case 'queued':
      return `Asked ${run.id} to stop. It has not started, and ends when a worker takes it up.`;
    case 'running':
      return `Asked ${run.id} to stop. A worker cancels its pipeline ${run.pipeline?.url} and says so in the note.`;
    default:
      return `Asked ${run.id} to stop. It is being started, and ends at its next step.`;
  }
}

function print(answer: unknown): void {
  console.log(typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2));
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MAX_LIMIT}.`);
}

function readSince(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw new InvalidArgumentError('It is written as 90s, 10m, 2h or 7d.');
  return Date.now() - duration;
}

function readGlob(text: string): (path: string) => boolean {
  try {
    return compilePatterns([text]);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
