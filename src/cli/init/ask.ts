import { confirm, isCancel, log, password, select, text } from '@clack/prompts';
import { queueKind } from '../../config/queue-kind.ts';
import { projectPatterns, username } from '../../config/scalars.ts';
import { tokenVariable } from '../../config/token-variable.ts';
import { webUrlFault } from '../../config/web-url.ts';
import { BeckonError, messageOf } from '../../lib/errors.ts';
import { Secret } from '../../lib/secret.ts';
import type { ShippedFlow } from '../../setup/flow-file.ts';
import { type Answers, hasPassword, readSource, type SecretSource, sourceFault } from './answers.ts';

/** What asking needs to know, and whom it can ask whether an answer is right. */
export interface Asking {
  readonly flows: readonly ShippedFlow[];
  /** Says what is at an address; throws a {@link BeckonError} where it is no GitLab. */
  readonly probeAddress: (url: string, caFile: string | undefined) => Promise<string>;
  /** Gives the username behind a token, as far as it can be known; throws where GitLab does not take it. */
  readonly probeToken: (
    source: SecretSource,
    place: Pick<Answers, 'gitlab' | 'caFile'>,
  ) => Promise<string | undefined>;
}

/** Asks on the terminal for all that was not given. @throws {BeckonError} `cancelled` */
export async function askAnswers(given: Partial<Answers>, asking: Asking): Promise<Answers> {
  const { caFile } = given;
  const gitlab = given.gitlab ?? (await askGitLab(caFile, asking));
  const flow = given.flow ?? (await askFlow(asking.flows));
  const agent = given.agent ?? (await askText('Name of the agent, in the config', flow));
  const place = { gitlab, caFile };
  const { source: token, owner } =
    given.token === undefined
      ? await askToken(`Access token of the agent's service account (scope api)`, tokenVariable(agent), {
          place,
          asking,
        })
      : { source: given.token, owner: await asking.probeToken(given.token, place) };
  const account =
    given.account ??
    (await askText(
      'Username of that service account',
      owner ?? `${agent}-bot`,
      (value) => username.safeParse(value).error?.issues[0]?.message,
    ));
  return {
    gitlab,
    caFile,
    flow,
    agent,
    account,
    token,
    signs: given.signs ?? (await askSigning()),
    operatorToken: given.operatorToken ?? (await askOperatorToken({ place, asking })),
    projects: given.projects ?? (await askProjects()),
    publicUrl:
      given.publicUrl ?? (await askText('Address at which GitLab reaches Beckon', undefined, webUrlFault)),
    queue: given.queue ?? (await askQueue()),
  };
}

/** Whether files that are there may be replaced. */
export async function askReplace(files: readonly string[]): Promise<boolean> {
  const message = `${files.join(' and ')} ${files.length === 1 ? 'is' : 'are'} there already. Replace?`;
  return answered(await confirm({ message, initialValue: false }));
}

async function askGitLab(caFile: string | undefined, { probeAddress }: Asking): Promise<string> {
  for (;;) {
    const url = await askText('Address of GitLab', undefined, webUrlFault);
    const seen = await orWarn(() => probeAddress(url, caFile));
    if (seen === undefined) continue;
    log.success(seen);
    return url;
  }
}

async function askFlow(flows: readonly ShippedFlow[]): Promise<string> {
  const options = flows.map(({ name, about }) => ({ value: name, label: name, hint: about }));
  const initialValue = 'claude';
  return answered(await select({ message: 'What shall the agent run?', options, initialValue }));
}

interface TokenContext {
  readonly place: Pick<Answers, 'gitlab' | 'caFile'>;
  readonly asking: Asking;
}

async function askToken(
  message: string,
  variable: string,
  { place, asking: { probeToken } }: TokenContext,
): Promise<{ readonly source: SecretSource; readonly owner: string | undefined }> {
  for (;;) {
    const source = await askSource(message, variable);
    const known = await orWarn(async () => ({ source, owner: await probeToken(source, place) }));
    if (known === undefined) continue;
    if (known.owner !== undefined) log.success(`The token is that of ${known.owner}.`);
    return known;
  }
}

async function askSigning(): Promise<boolean> {
  const message = "Shall Beckon sign its runs, so that the agent's job can refuse forged ones?";
  return answered(await confirm({ message }));
}

async function askOperatorToken(context: TokenContext): Promise<SecretSource | undefined> {
  const message = 'Shall Beckon set up projects and their webhooks with the token of a Maintainer?';
  if (!answered(await confirm({ message }))) return undefined;
  return (await askToken('Access token of the Maintainer (scope api)', 'GITLAB_TOKEN', context)).source;
}

async function askSource(message: string, variable: string): Promise<SecretSource> {
  const options = [
    { value: 'typed', label: 'paste it now', hint: 'kept in a file that only you can read' },
    { value: 'env', label: 'from an environment variable' },
    { value: 'file', label: 'from a file that is there' },
  ];
  const kind = answered(await select({ message, options }));
  if (kind === 'typed') return { kind: 'typed', secret: await askSecret('Token') };
  const place = await askText(
    kind === 'env' ? 'Name of the variable' : 'Path of the file',
    kind === 'env' ? variable : undefined,
    (value) => (sourceFault(`${kind}:${value}`) === undefined ? undefined : 'is no such name'),
  );
  return readSource(`${kind}:${place}`, 'It');
}

async function askProjects(): Promise<readonly string[]> {
  const split = (value: string) => value.split(/[\s,]+/).filter((one) => one !== '');
  const answer = await askText(
    'Projects (full paths, or globs such as group/**)',
    undefined,
    (value) => projectPatterns.safeParse(split(value)).error?.issues[0]?.message,
  );
  return split(answer);
}

async function askQueue(): Promise<Answers['queue']> {
  const options = [
    { value: 'embedded', label: 'embedded', hint: 'Beckon keeps a PostgreSQL of its own' },
    { value: 'url', label: 'a Redis, Valkey or PostgreSQL of yours' },
  ];
  if (answered(await select({ message: 'Where shall runs be queued?', options })) === 'embedded')
    return { kind: 'embedded' };
  const secret = await askSecret('Its address, such as redis://:PASSWORD@queue:6379 (not shown)', (value) =>
    queueKind(value) === undefined ? 'is no redis://, rediss:// or postgres:// address' : undefined,
  );
  return hasPassword(secret.reveal()) ? { kind: 'typed', secret } : { kind: 'plain', url: secret.reveal() };
}

async function askText(
  message: string,
  initialValue: string | undefined,
  faultOf: (value: string) => string | undefined = () => undefined,
): Promise<string> {
  const validate = (value: string | undefined) => {
    const trimmed = value?.trim() ?? '';
    const fault = trimmed === '' ? 'is empty' : faultOf(trimmed);
    return fault === undefined ? undefined : `It ${fault}.`;
  };
  const start = initialValue === undefined ? {} : { initialValue };
  return answered(await text({ message, validate, ...start })).trim();
}

async function askSecret(
  message: string,
  faultOf: (value: string) => string | undefined = () => undefined,
): Promise<Secret> {
  const validate = (value: string | undefined) => {
    const fault = (value ?? '').trim() === '' ? 'is empty' : faultOf((value ?? '').trim());
    return fault === undefined ? undefined : `It ${fault}.`;
  };
  return new Secret(answered(await password({ message, validate })).trim());
}

/** What somebody answered; Ctrl-C ends it all. */
function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new BeckonError('cancelled', 'Nothing was written.');
  return answer as Exclude<T, symbol>;
}

/** Shows what is wrong, so that the question can be asked again. */
async function orWarn<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    log.error(error.hint === undefined ? messageOf(error) : `${error.message}\n${error.hint}`);
    return undefined;
  }
}
