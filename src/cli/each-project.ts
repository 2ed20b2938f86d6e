import type { Command } from 'commander';
import pLimit from 'p-limit';
import type { Config } from '../config/config.ts';
import { isOurs } from '../hooks/ours.ts';
import type { Hook, HookProject, Webhooks } from '../hooks/ports.ts';
import { BeckonError } from '../lib/errors.ts';
import { coloured } from './coloured.ts';
import { configOf } from './config-option.ts';
import { EXIT } from './exit.ts';
import { withWebhooks } from './operator.ts';
import { isCovered, isNamed, NOT_COVERED, type Place, projectsOf } from './places.ts';
import { type Show, withProgress } from './progress.ts';

/** Projects that are looked after at once. */
const AT_ONCE = 4;

/** What a command has to do with. */
export interface Scene {
  readonly gitlab: Webhooks;
  readonly config: Config;
  readonly project: HookProject;
  /** Whether a webhook is missed where there is none: a trigger covers the project, or somebody has named it. */
  readonly needsHook: boolean;
  /** Those that lead to us. */
  readonly ours: readonly Hook[];
  /** Prints, once the command is done with all projects. */
  readonly say: (text: string) => void;
  /** Prints once after all projects, however often it is said. */
  readonly remark: (text: string) => void;
}

/** What came of a project. */
export interface Outcome {
  readonly isGood: boolean;
  /** For the line that counts. */
  readonly word: string;
  /** What is printed of it where JSON is asked for. */
  readonly json?: object;
}

interface Options {
  readonly command: Command;
  /** Whether projects of a group or glob that no trigger covers are left alone. */
  readonly onlyCovered?: boolean;
  /** Whether JSON is printed, and nothing else. */
  readonly isJson?: boolean;
}

/** What came of a job, with what is to be printed. */
interface Done {
  readonly place: string;
  readonly said: readonly string[];
  readonly came: Outcome | { readonly error: unknown };
}

/**
 * Does the same in every project, some at once, and prints what came of it in their order, with a line of counts where
 * they are several. What fails in one is told, and does not keep the others from theirs.
 */
export async function inEachProject(
  places: readonly string[],
  { command, onlyCovered = false, isJson = false }: Options,
  act: (scene: Scene) => Promise<Outcome>,
): Promise<void> {
  const config = await configOf(command);
  const remarks = new Set<string>();
  const done = await withProgress(`${places.join(', ')}…`, (show) =>
    withWebhooks(config, async (ask) =>
      doAll(await projectsOf(places, command, ask), show, async (project, say) => {
        const { id, path } = project;
        const needsHook = isNamed(path, places) || isCovered(path, config);
        if (onlyCovered && !needsHook) {
          say(`${path}: ${NOT_COVERED}`);
          return { isGood: true, word: 'not covered' };
        }
        return ask(path, async (gitlab) => {
          const hooks = await gitlab.hooks(id);
          const ours = hooks.filter(({ url }) => isOurs(url, config.server.publicUrl));
          const remark = (text: string) => void remarks.add(text);
          return act({ gitlab, config, project, needsHook, ours, say, remark });
        });
      }),
    ),
  );
  print(done);
  for (const text of remarks) console.log(text);
  if (isJson)
    console.log(
      JSON.stringify(
        done.flatMap(({ came }) => ('json' in came ? came.json : [])),
        null,
        2,
      ),
    );
  else if (done.length > 1) console.log(countsOf(done));
  const isGood = done.every(({ came }) => 'isGood' in came && came.isGood);
  process.exitCode = isGood ? EXIT.done : EXIT.no;
}

function doAll(
  jobs: readonly Place[],
  show: Show,
  act: (project: HookProject, say: Scene['say']) => Promise<Outcome>,
): Promise<readonly Done[]> {
  const limit = pLimit(AT_ONCE);
  let count = 0;
  return Promise.all(
    jobs.map((job) =>
      limit(async (): Promise<Done> => {
        const { place } = job;
        const said: string[] = [];
        const came =
          'error' in job
            ? job
            : await act(job.project, (text) => void said.push(text)).catch((error: unknown) => ({ error }));
        count += 1;
        if (jobs.length > 1) show(`${count} of ${jobs.length} projects…`);
        return { place, said, came };
      }),
    ),
  );
}

/** Prints what came of each. What is no word for people, and what is all there is, is thrown. */
function print(done: readonly Done[]): void {
  const thrown: unknown[] = [];
  const hints = new Set<string>();
  for (const { place, said, came } of done) {
    for (const text of said) console.log(coloured(text));
    if (!('error' in came)) continue;
    const { error } = came;
    if (!(error instanceof BeckonError) || done.length === 1) thrown.push(error);
    else {
      console.error(`${place}: ${error.message}`);
      if (error.hint !== undefined) hints.add(error.hint);
    }
  }
  for (const hint of hints) console.error(hint);
  if (thrown.length > 0) throw thrown[0];
}

/** How often what came of it, such as `In all: 3 added, 17 unchanged.` */
function countsOf(done: readonly Done[]): string {
  const counts = new Map<string, number>();
  for (const { came } of done) {
    const word = 'word' in came ? came.word : 'failed';
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return `In all: ${[...counts].map(([word, count]) => `${count} ${word}`).join(', ')}.`;
}
