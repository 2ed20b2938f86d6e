import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { createSimulate } from '../admin/simulate.ts';
import { BeckonError, messageOf } from '../lib/errors.ts';
import type { Received } from '../receive.ts';
import { configOf } from './config-option.ts';
import { EXIT } from './exit.ts';

export const simulate = new Command('simulate')
  .description('Say what a webhook payload would do and why, trigger by trigger. Talks to nothing.')
  .argument('<file>', 'file with the payload as JSON, or - for standard input')
  .option(
    '--header <header>',
    'a header of the delivery, such as "X-Gitlab-Event: Note Hook" (else from the payload)',
  )
  .option('--json', 'print what the webhook would be answered')
  .action(async (file: string, options: { json?: true; header?: string }, command: Command) => {
    const config = await configOf(command);
    const payload = parsePayload(file, file === '-' ? await text(process.stdin) : await read(file));
    const received = await createSimulate({ config, clock: Date.now })({
      event: eventOf(options.header),
      payload,
    });
    console.log(options.json ? JSON.stringify(received, null, 2) : explain(received));
    process.exitCode = received.status === 'accepted' ? EXIT.done : EXIT.no;
  });

/** The event that a header such as `X-Gitlab-Event: Note Hook` names. */
function eventOf(header: string | undefined): string | undefined {
  return /^x-gitlab-event:\s*(.+)$/i.exec(header ?? '')?.[1]?.trim();
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BeckonError('payload_unreadable', `reading the payload: ${messageOf(error)}`);
  }
}

function parsePayload(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new BeckonError('payload_invalid', `${file} is not JSON: ${messageOf(error)}`);
  }
}

function explain(received: Received): string {
  if (received.status === 'unreadable') return `Would be refused: ${received.reason}`;
  const verdicts = received.verdicts.map(
    ({ trigger, matched, reason }) => `  ${matched ? '✓' : '✗'} ${trigger}: ${reason}`,
  );
  const headline =
    received.status === 'accepted'
      ? [
          ...received.runs.map(({ agent, id }) => `Would run the agent ${agent} (run ${id}).`),
          ...(received.commands ?? []).map(({ agent, name }) => `Would tell the agent ${agent}: ${name}.`),
        ].join('\n')
      : `Would do nothing: ${received.reason}`;
  return [headline, ...verdicts].join('\n');
}
