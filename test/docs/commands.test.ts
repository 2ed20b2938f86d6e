import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/cli/check.ts';
import { ci } from '../../src/cli/ci.ts';
import { flow } from '../../src/cli/flow.ts';
import { hook } from '../../src/cli/hook.ts';
import { init } from '../../src/cli/init.ts';
import { runs } from '../../src/cli/runs.ts';
import { schema } from '../../src/cli/schema.ts';
import { serve } from '../../src/cli/serve.ts';
import { setup } from '../../src/cli/setup.ts';
import { simulate } from '../../src/cli/simulate.ts';
import { why } from '../../src/cli/why.ts';
import { pages, read } from './pages.ts';

const program = new Command('beckon').option('--config <file>').version('0');
for (const command of [check, ci, flow, hook, init, runs, schema, serve, setup, simulate, why])
  program.addCommand(command);
tab(program, { completionCommandName: 'completion' });

/** What stands behind `beckon` in code spans, but for a line of the log, and in boxes for a shell. */
function callsIn(text: string): readonly string[] {
  const spans = [...text.matchAll(/`beckon (?!is ready`)([^`]+)`/g)];
  const lines = [...text.matchAll(/^ *```(?:sh|console)\n([\s\S]*?)^ *```$/gm)].flatMap(([, box = '']) => [
    ...box.matchAll(/^ *(?:\$ )?(?:beckon|node dist\/cli\/main\.js) (.+)$/gm),
  ]);
  return [...spans, ...lines].map(([, call = '']) => call.replace(/\s#.*$/, '').replaceAll(/\s+/g, ' '));
}

const calls = pages.flatMap((page) => callsIn(read(page)).map((call) => [page, call] as const));

/** What is wrong with a call; nothing where the program takes it. */
function faultOf(call: string): string | undefined {
  let command: Command = program;
  const words = call.replaceAll('\\|', '|').split(' ');
  for (const [index, word] of words.entries()) {
    if (word === 'help' && command === program) return undefined;
    if (word.startsWith('--')) {
      // One with further commands may take the options of its default one.
      const inner = command === program ? [] : command.commands.flatMap(({ options }) => options);
      const known = [...command.options, ...inner, ...program.options].find(({ long }) => long === word);
      if (known === undefined) return `${command.name()} has no option ${word}`;
      const value = /^[a-z_|]+$/.exec(words[index + 1] ?? '')?.[0].split('|') ?? [];
      if (known.argChoices !== undefined && value.some((one) => !known.argChoices?.includes(one)))
        return `${word} takes no ${value.join(' or ')}`;
      continue;
    }
    const inner = command.commands.find((one) => one.name() === word);
    if (inner !== undefined) command = inner;
    else if (command === program) return `there is no command ${word}`;
  }
  return undefined;
}

/** Commands that do something themselves, with their full names. */
function leavesOf(
  command: Command,
  path = '',
): readonly { readonly name: string; readonly command: Command }[] {
  const name = `${path}${command.name()}`;
  if (command.commands.length === 0) return [{ name, command }];
  const shown = command.createHelp().visibleCommands(command);
  return command.commands
    .filter((inner) => shown.includes(inner))
    .flatMap((inner) => leavesOf(inner, `${name} `));
}

describe('the documentation', () => {
  it.each(calls)('%s calls commands that there are: beckon %s', (_page, call) => {
    expect(faultOf(call)).toBeUndefined();
  });

  it('shows many calls', () => {
    expect(calls.length).toBeGreaterThan(50);
  });

  it.each(pages)('%s names scripts that package.json has', (page) => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...read(page).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('docs/commands.md', () => {
  const page = read('docs/commands.md');

  it.each(leavesOf(program))('has $name with all its options', ({ name, command }) => {
    const row = page.split('\n').find((line) => line.startsWith('| ') && line.includes(`\`${name}`)) ?? '';
    expect(row).not.toBe('');
    const missing = command.options.flatMap(({ long }) => (row.includes(long ?? '') ? [] : [long]));
    expect(missing).toEqual([]);
  });
});
