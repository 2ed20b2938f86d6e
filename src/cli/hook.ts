import { Command } from 'commander';
import type { HookProject } from '../hooks/ports.ts';
import { testHook } from '../hooks/revive.ts';
import { carryOutSync, planSync, syncWords, wantedHook } from '../hooks/sync.ts';
import { inEachProject, type Outcome, type Scene } from './each-project.ts';
import { hooksJson, renderHooks } from './hook-view.ts';
import { PLACES, readPlace } from './places.ts';

interface SyncOptions {
  readonly secret?: true;
  readonly dryRun?: true;
}

const NO_SECRETS =
  'GitLab does not show secrets, so whether its secret is that of the config is not known: `beckon hook test` tells, and --secret writes it anew.';

/** What is counted: done, and with --dry-run. */
const SYNCED = {
  create: ['added', 'to add'],
  update: ['changed', 'to change'],
  nothing: ['unchanged', 'unchanged'],
} as const;

const list = new Command('list')
  .description('List the webhooks that lead to Beckon, with their state and their last deliveries.')
  .argument('<project...>', PLACES, readPlace)
  .option('--json', 'print them as JSON')
  .action(async (places: readonly string[], { json }: { json?: true }, command: Command) => {
    const isJson = json === true;
    await inEachProject(places, { command, isJson }, async ({ gitlab, project, ours, needsHook, say }) => {
      const hooks = [];
      for (const hook of ours)
        hooks.push({ hook, deliveries: await gitlab.deliveries(project.id, hook.id, { page: 1 }) });
      if (!isJson) say(renderHooks(project.path, hooks));
      const answer = hooksJson(project.path, hooks);
      if (ours.length === 0) return { isGood: !needsHook, word: 'without a webhook', json: answer };
      const isGood = ours.every(({ state }) => state === 'executable');
      return { isGood, word: isGood ? 'on' : 'off', json: answer };
    });
  });

const test = new Command('test')
  .description(
    'Have GitLab send a test delivery, which also switches a webhook on again that GitLab switched off.',
  )
  .argument('<project...>', PLACES, readPlace)
  .action(async (places: readonly string[], _options: object, command: Command) => {
    await inEachProject(places, { command, onlyCovered: true }, async ({ gitlab, project, ours, say }) => {
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
      return { isGood, word: isGood ? 'working' : 'not working' };
    });
  });

const sync = new Command('sync')
  .description('Register the webhooks of projects, or repair them. Changes nothing where all is right.')
  .argument('<project...>', PLACES, readPlace)
  .option('--secret', 'write the secret of the config into the webhook anew')
  .option('--dry-run', 'say what would change, and change nothing')
  .action(async (places: readonly string[], { secret, dryRun }: SyncOptions, command: Command) => {
    let version: Promise<string> | undefined;
    await inEachProject(places, { command, onlyCovered: true }, async (scene) => {
      const { gitlab, config, project, ours, say, remark } = scene;
      version ??= gitlab.version();
      const wanted = wantedHook(config, { project: project.path, version: await version });
      const plan = planSync(ours, wanted, { renewsSecret: secret === true });
      const done = dryRun === true ? undefined : await carryOutSync(plan, gitlab, project.id);
      say(`${project.path}: ${syncWords(plan, done)}`);
      if (plan.kind === 'nothing') remark(NO_SECRETS);
      for (const { id } of ours.slice(1))
        say(`${project.path}: hook ${id} leads to Beckon too, and is needless.`);
      return { isGood: true, word: SYNCED[plan.kind][dryRun === true ? 1 : 0] };
    });
  });

const remove = new Command('remove')
  .description('Remove the webhooks that lead to Beckon.')
  .argument('<project...>', PLACES, readPlace)
  .option('--dry-run', 'say which would be removed, and remove none')
  .action(async (places: readonly string[], { dryRun }: Pick<SyncOptions, 'dryRun'>, command: Command) => {
    await inEachProject(places, { command }, async ({ gitlab, project, ours, say }) => {
      if (ours.length === 0) {
        say(`${project.path}: nothing to remove.`);
        return { isGood: true, word: 'without a webhook' };
      }
      for (const { id, url } of ours) {
        if (dryRun !== true) await gitlab.remove(project.id, id);
        say(`${project.path}: hook ${id} ${url} ${dryRun === true ? 'would be' : 'is'} removed.`);
      }
      return { isGood: true, word: dryRun === true ? 'to remove' : 'removed' };
    });
  });

export const hook = new Command('hook')
  .description('The webhooks of projects and of all projects of a group: list, test, sync, remove.')
  .addCommand(list)
  .addCommand(test)
  .addCommand(sync)
  .addCommand(remove);

function noHook({ path }: HookProject, say: Scene['say']): Outcome {
  say(`${path}: no webhook leads to Beckon. \`beckon hook sync ${path}\` adds one.`);
  return { isGood: false, word: 'without a webhook' };
}
