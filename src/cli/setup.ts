import { Command } from 'commander';
import pLimit from 'p-limit';
import type { Config } from '../config/config.ts';
import { BeckonError } from '../lib/errors.ts';
import { carryOut, type Finished, hasActs, isComplete, notYet, type Planned } from '../onboard/carry-out.ts';
import { planProject } from '../onboard/plan.ts';
import type { Onboarding } from '../onboard/ports.ts';
import { projectJson, renderProject, renderRest } from '../onboard/render.ts';
import { coloured } from './coloured.ts';
import { configOf } from './config-option.ts';
import { EXIT } from './exit.ts';
import { type Ask, withOnboarding } from './operator.ts';
import { PLACES, pathsOf, readPlace } from './places.ts';
import { withProgress } from './progress.ts';
import { shippedCi, shippedFlows } from './shipped.ts';

/** Projects that are looked at at once. */
const AT_ONCE = 4;

interface Options {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

export const setup = new Command('setup')
  .description(
    'Give projects all that they need: members, webhook, CI configuration and flow files. Shows the plan and asks first.',
  )
  .argument('<project...>', PLACES, readPlace)
  .option('--yes', 'carry the plan out without asking')
  .option('--dry-run', 'show the plan, and change nothing')
  .option('--json', 'print what there is and what was done as JSON')
  .addHelpText(
    'after',
    `
What it does has to be allowed to the account of gitlab.token: the role Maintainer in each project. CI configuration
and flow files come as merge requests. A second time it changes nothing.`,
  )
  .action(async (places: readonly string[], options: Options, command: Command) => {
    const config = await configOf(command);
    const projects = await pathsOf(places, command, config);
    await withOnboarding(config, (ask) => setUp(projects, options, { config, ask }));
  });

async function setUp(
  projects: readonly string[],
  { yes, dryRun, json }: Options,
  { config, ask }: { readonly config: Config; readonly ask: Ask<Onboarding> },
): Promise<void> {
  const planned = await planAll(projects, config, ask);
  const isQuiet = json === true;
  if (!isQuiet) print(planned.map((one) => renderProject(notYet(one))));
  const acting = planned.filter(hasActs);
  const mayAct = acting.length > 0 && dryRun !== true && (yes ?? (await isAgreed(acting.length, isQuiet)));
  const finished = mayAct ? await carryOutAll(planned, ask, isQuiet) : planned.map(notYet);
  if (isQuiet) console.log(JSON.stringify({ changed: mayAct, projects: finished.map(projectJson) }, null, 2));
  else {
    if (!mayAct) console.log(acting.length === 0 ? '\nBeckon has nothing to do.' : '\nNothing was changed.');
    if (mayAct || acting.length === 0) printRest(finished);
  }
  const isUndone = acting.length > 0 && !mayAct && dryRun !== true;
  process.exitCode = finished.every(isComplete) && !isUndone ? EXIT.done : EXIT.no;
}

async function planAll(
  projects: readonly string[],
  config: Config,
  ask: Ask<Onboarding>,
): Promise<readonly Planned[]> {
  const shipped = { ci: shippedCi(), flows: shippedFlows() };
  const words = (count: number) => `Looking at projects: ${count} of ${projects.length}…`;
  const limit = pLimit(AT_ONCE);
  let looked = 0;
  return withProgress(words(0), (show) =>
    Promise.all(
      projects.map((project) =>
        limit(async () => {
          const plan = await orFault(project, () =>
            ask(project, (gitlab) => planProject(gitlab, project, { config, shipped })),
          );
          looked += 1;
          show(words(looked));
          return plan;
        }),
      ),
    ),
  );
}

async function orFault(project: string, plan: () => Promise<Planned>): Promise<Planned> {
  try {
    return await plan();
  } catch (error) {
    if (error instanceof BeckonError) return { project, fault: error };
    throw error;
  }
}

/** Asks on a terminal; without one only --yes says so. */
async function isAgreed(count: number, isQuiet: boolean): Promise<boolean> {
  if (isQuiet || !process.stdin.isTTY || !process.stdout.isTTY) {
    console.error('There is no terminal to ask on: with --yes the plan is carried out.');
    return false;
  }
  const { confirm } = await import('@clack/prompts');
  const message = `Do this in ${count === 1 ? 'this project' : `these ${count} projects`}?`;
  return (await confirm({ message, initialValue: false })) === true;
}

async function carryOutAll(
  planned: readonly Planned[],
  ask: Ask<Onboarding>,
  isQuiet: boolean,
): Promise<readonly Finished[]> {
  const finished: Finished[] = [];
  if (!isQuiet) console.log('');
  for (const plan of planned) {
    if (!('steps' in plan) || !hasActs(plan)) {
      finished.push(notYet(plan));
      continue;
    }
    const done = await withProgress(`${plan.project}…`, () =>
      carryOut(plan, (act) => ask(plan.project, act)),
    );
    finished.push(done);
    if (!isQuiet) print([renderProject(done)]);
  }
  return finished;
}

function printRest(finished: readonly Finished[]): void {
  const rest = finished.map(renderRest).filter((text) => text !== '');
  if (rest.length > 0) print(['\nLeft to do by hand:', ...rest]);
  const paths = finished.filter((one) => !('fault' in one)).map(({ project }) => project);
  if (paths.length > 0) console.log(`\nThen let Beckon look at the whole: beckon check ${paths.join(' ')}`);
}

function print(blocks: readonly string[]): void {
  console.log(coloured(blocks.join('\n\n')));
}
