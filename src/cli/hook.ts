import { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/load.ts';
import { isOurs } from '../hooks/ours.ts';
import type { Hook, HookProject, Webhooks } from '../hooks/ports.ts';
import { testHook } from '../hooks/revive.ts';
import { carryOutSync, planSync, syncWords, wantedHook } from '../hooks/sync.ts';
import { BeckonError } from '../lib/errors.ts';
import { coloured } from './coloured.ts';
import { EXIT } from './exit.ts';
import { hooksJson, renderHooks } from './hook-view.ts';
import { asHookKeeper } from './operator.ts';
import { withProgress } from './progress.ts';

interface SyncOptions {
  readonly secret?: true;
  readonly dryRun?: true;
}

/** What a command has to do with. */
interface Scene {
  readonly gitlab: Webhooks;
  readonly config: Config;
  readonly project: HookProject;
  /** Prints, once the command is done with the project. */
  readonly say: (text: string) => void;
  /** Those that lead to us. */
  readonly ours: readonly Hook[];
}

const NO_SECRETS =
  'GitLab does not show secrets, so whether its secret is that of the config is not known: `beckon hook test` tells, and --secret writes it anew.';

const list = new Command('list')
  .description('List the webhooks that lead to Beckon, with their state and their last deliveries.')
  .argument('<project...>', 'full paths, such as group/project')
  .option('--json', 'print them as JSON')
  .action(async (projects: readonly string[], { json }: { json?: true }, command: Command) => {
    const answers: object[] = [];
    await forEach(projects, command, async ({ gitlab, project, ours, say }) => {
      const hooks = [];
      for (const hook of ours)
        hooks.push({ hook, deliveries: await gitlab.deliveries(project.id, hook.id, { page: 1 }) });
      if (json === true) answers.push(hooksJson(project.path, hooks));
      else say(renderHooks(project.path, hooks));
      return ours.length > 0 && ours.every(({ state }) => state === 'executable');
    });
    if (json === true) console.log(JSON.stringify(answers, null, 2));
  });

const test = new Command('test')
  .description(
    'Have GitLab send a test delivery, which also switches a webhook on again that GitLab switched off.',
  )
  .argument('<project...>', 'full paths, such as group/project')
  .action(async (projects: readonly string[], _options: object, command: Command) => {
    await forEach(projects, command, async ({ gitlab, project, ours, say }) => {
      if (ours.length === 0) return noHook(project, say);
      let isGood = true;
      for (const hook of ours) {
        const tested = await testHook(gitlab, project.id, hook);
        if (tested.kind === 'arrived') {
          const [newest] = await gitlab.deliveries(project.id, hook.id, { page: 1 });
          const answer = newest === undefined ? '' : `: ${newest.status} ${newest.answer}`;
          say(`${project.path}: hook ${hook.id} works, by a test of ${tested.event}_events${answer}`);
        } else {
          isGood = false;
          say(`${project.path}: hook ${hook.id} does not work: ${tested.reason}`);
        }
      }
      return isGood;
    });
  });

const sync = new Command('sync')
  .description('Register the webhook of a project, or repair it. Changes nothing where all is right.')
  .argument('<project...>', 'full paths, such as group/project')
  .option('--secret', 'write the secret of the config into the webhook anew')
  .option('--dry-run', 'say what would change, and change nothing')
  .action(async (projects: readonly string[], { secret, dryRun }: SyncOptions, command: Command) => {
    await forEach(projects, command, async ({ gitlab, config, project, ours, say }) => {
      const wanted = wantedHook(config, { project: project.path, version: await gitlab.version() });
      const plan = planSync(ours, wanted, { renewsSecret: secret === true });
      const done = dryRun === true ? undefined : await carryOutSync(plan, gitlab, project.id);
      say(`${project.path}: ${syncWords(plan, done)}`);
      if (plan.kind === 'nothing') say(NO_SECRETS);
      for (const { id } of ours.slice(1))
        say(`${project.path}: hook ${id} leads to Beckon too, and is needless.`);
      return true;
    });
  });

const remove = new Command('remove')
  .description('Remove the webhooks that lead to Beckon.')
  .argument('<project...>', 'full paths, such as group/project')
  .option('--dry-run', 'say which would be removed, and remove none')
  .action(async (projects: readonly string[], { dryRun }: Pick<SyncOptions, 'dryRun'>, command: Command) => {
    await forEach(projects, command, async ({ gitlab, project, ours, say }) => {
      if (ours.length === 0) say(`${project.path}: nothing to remove.`);
      for (const { id, url } of ours) {
        if (dryRun !== true) await gitlab.remove(project.id, id);
        say(`${project.path}: hook ${id} ${url} ${dryRun === true ? 'would be' : 'is'} removed.`);
      }
      return true;
    });
  });

export const hook = new Command('hook')
  .description('The webhooks of projects: list, test, sync, remove.')
  .addCommand(list)
  .addCommand(test)
  .addCommand(sync)
  .addCommand(remove);

/** Does the same in every project; what fails in one is told, and does not keep the others from theirs. */
async function forEach(
  projects: readonly string[],
  command: Command,
  act: (scene: Scene) => Promise<boolean>,
): Promise<void> {
  let isGood = true;
  for (const path of projects) {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    try {
      isGood =
        (await withProgress(`${path}…`, () => inProject(path, command, (scene) => act({ ...scene, say })))) &&
        isGood;
    } catch (error) {
      if (!(error instanceof BeckonError) || error instanceof ConfigError || projects.length === 1)
        throw error;
      isGood = false;
      console.error(`${path}: ${error.message}`);
      if (error.hint !== undefined) console.error(error.hint);
    } finally {
      for (const text of said) console.log(coloured(text));
    }
  }
  process.exitCode = isGood ? EXIT.done : EXIT.no;
}

function inProject(
  path: string,
  command: Command,
  act: (scene: Omit<Scene, 'say'>) => Promise<boolean>,
): Promise<boolean> {
  return asHookKeeper(command, path, async (gitlab, config) => {
    const project = await gitlab.project(path);
    if (project === undefined)
      throw new BeckonError('no_project', `GitLab has no project ${path} for this token.`, {
        hint: 'Is that its full path? Then the account of the token is no member: it needs the role Maintainer.',
      });
    const hooks = await gitlab.hooks(project.id);
    const ours = hooks.filter(({ url }) => isOurs(url, config.server.publicUrl));
    return act({ gitlab, config, project, ours });
  });
}

function noHook({ path }: HookProject, say: Scene['say']): boolean {
  say(`${path}: no webhook leads to Beckon. \`beckon hook sync ${path}\` adds one.`);
  return false;
}
