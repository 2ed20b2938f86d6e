#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/load.ts';
import { BeckonError } from '../lib/errors.ts';
import { hideSecrets } from '../lib/secret.ts';
import { check } from './check.ts';
import { ci } from './ci.ts';
import { addExamples } from './examples.ts';
import { EXIT } from './exit.ts';
import { flow } from './flow.ts';
import { hook } from './hook.ts';
import { init } from './init.ts';
import { runs } from './runs.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { setup } from './setup.ts';
import { simulate } from './simulate.ts';
import { why } from './why.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('beckon')
  .description('Brings external agents to every GitLab: mention a service account, get a merge request.')
  .version(version)
  .option('--config <file>', 'config file (default: $BECKON_CONFIG, else config/beckon.yaml)')
  .configureHelp({ sortSubcommands: true })
  .addHelpText('after', '\nExit codes: 0 done, 1 the answer is no, 2 wrong usage or invalid config.');

program
  .addCommand(serve)
  .addCommand(simulate)
  .addCommand(schema)
  .addCommand(check)
  .addCommand(init)
  .addCommand(setup)
  .addCommand(ci)
  .addCommand(flow)
  .addCommand(hook)
  .addCommand(runs)
  .addCommand(why);
tab(program, { completionCommandName: 'completion' });
prepare(program, []);

// Also for promises that nobody waited for. Node's own words show all that an error holds, and those of drivers hold
// the command that failed, with the password in it.
process.on('uncaughtException', (error) => {
  report(error);
  process.exit(EXIT.no);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Has a command and those below it throw in place of ending the program, and show examples in their help. */
function prepare(command: Command, names: readonly string[]): void {
  command.exitOverride();
  addExamples(command, names.join(' '));
  for (const inner of command.commands) prepare(inner, [...names, inner.name()]);
}

/** Says on standard error what went wrong, and gives the exit code for it. */
function report(error: unknown): number {
  // commander has already written its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const isOurs = error instanceof BeckonError;
  const lines = isOurs ? [error.message, error.hint] : [error instanceof Error ? error.stack : String(error)];
  console.error(hideSecrets(lines.filter((line) => line !== undefined).join('\n')));
  return error instanceof ConfigError ? EXIT.usage : EXIT.no;
}
