import { resolve } from 'node:path';
import { queueKind } from '../../config/queue-kind.ts';
import { webUrlFault } from '../../config/web-url.ts';
import { shippedFlow } from '../shipped.ts';
import { type Answers, hasPassword, readSource } from './answers.ts';

/** The options of `beckon init`. */
export interface Options {
  readonly gitlab?: string;
  readonly caFile?: string;
  readonly publicUrl?: string;
  readonly flow?: string;
  readonly agent?: string;
  readonly account?: string;
  readonly token?: string;
  readonly operatorToken?: string;
  readonly project?: readonly string[];
  readonly queue?: string;
  readonly sign?: true;
  readonly yes?: true;
  readonly force?: true;
  readonly test: boolean;
}

/** What the options answer already; `misused` ends the program with a message. */
export function givenBy(options: Options, misused: (message: string) => never): Partial<Answers> {
  const { gitlab, publicUrl } = options;
  for (const [name, url] of Object.entries({ gitlab, 'public-url': publicUrl })) {
    const fault = url === undefined ? undefined : webUrlFault(url);
    if (fault !== undefined) misused(`--${name} ${fault}`);
  }
  const read = <T>(text: string | undefined, as: (text: string) => T) =>
    text === undefined ? undefined : as(text);
  const answers: { [K in keyof Answers]: Answers[K] | undefined } = {
    gitlab,
    publicUrl,
    agent: options.agent,
    account: options.account,
    projects: options.project,
    caFile: read(options.caFile, (path) => resolve(path)),
    flow: read(options.flow, (name) => shippedFlow(name).name),
    token: read(options.token, (text) => readSource(text, '--token')),
    operatorToken: read(options.operatorToken, (text) => readSource(text, '--operator-token')),
    queue: read(options.queue, readQueue),
    signs: options.sign,
  };
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== undefined));
}

function readQueue(text: string): Answers['queue'] {
  if (text === 'embedded') return { kind: 'embedded' };
  if (queueKind(text) !== undefined && !hasPassword(text)) return { kind: 'plain', url: text };
  return readSource(text, '--queue, unless it is an address without a password,');
}
