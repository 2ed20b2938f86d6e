import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { DEFAULT_CONFIG_FILE } from '../config/load.ts';
import { tokenVariable } from '../config/token-variable.ts';
import { normalWebUrl } from '../config/web-url.ts';
import { BeckonError } from '../lib/errors.ts';
import { isExclusion, isGlob } from '../lib/pattern.ts';
import { configFileOf } from './config-option.ts';
import { type Answers, type SecretSource, secretAt } from './init/answers.ts';
import { compose } from './init/compose.ts';
import { givenBy, type Options } from './init/given.ts';
import { type Place, probeAddress, probeToken } from './init/probe.ts';
import { verify } from './init/verify.ts';
import { type Writing, writeAll, writingOf } from './init/write.ts';
import { shippedFlows } from './shipped.ts';

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

export const init = new Command('init')
  .description(
    'Write a first config, by asking for what it needs. Secrets go into files that only you can read.',
  )
  .option('--gitlab <url>', 'address of GitLab')
  .option(
    '--ca-file <path>',
    "certificate authority of GitLab's certificate (PEM), where it is not a public one",
  )
  .option('--public-url <url>', 'address at which GitLab reaches Beckon')
  .option('--flow <name>', 'what the agent runs, as `beckon flow list` names it (default: claude)')
  .option('--agent <name>', 'name of the agent in the config (default: that of the flow)')
  .option('--account <username>', "the agent's service account (default: AGENT-bot)")
  .option(
    '--token <place>',
    'where its access token is: env:NAME or file:PATH (default: env:GITLAB_TOKEN_<AGENT>)',
  )
  .option('--operator-token <place>', 'the same of the token of a Maintainer, for `beckon setup`')
  .option('--sign', "make a key and sign runs, so that the agent's job can refuse forged ones")
  .option('--project <path...>', 'projects: full paths, or globs such as "group/**"')
  .option(
    '--queue <place>',
    'embedded, an address without a password, env:NAME or file:PATH (default: embedded)',
  )
  .option('--yes', 'ask nothing: what is not given is the default')
  .option('--force', 'with --yes: replace files that are there')
  .option('--no-test', 'do not ask GitLab whether address and tokens are right')
  .action(async (options: Options, command: Command) => {
    const file = resolve(configFileOf(command));
    const given = givenBy(options, (message) => command.error(`error: ${message}`));
    const isAsking = options.yes !== true;
    if (isAsking && !(process.stdin.isTTY && process.stdout.isTTY))
      command.error('error: there is no terminal to ask on: give the answers as options, with --yes');
    await insistOnReplacing([file], options);
    const answers = isAsking ? await ask(given, options.test) : await fill(given, options.test, command);
    const writing = writingOf(compose(answers, file));
    const { unset } = await verify(writing, { file, env: process.env, answers });
    await insistOnReplacing(
      writing.secrets.map(({ path }) => path),
      options,
    );
    writeAll(writing, file);
    console.log(closing(writing, { file, unset, answers }));
  });

async function ask(given: Partial<Answers>, isTesting: boolean): Promise<Answers> {
  const { askAnswers } = await import('./init/ask.ts');
  if (isTesting && given.gitlab !== undefined) await probeAddress(placeOf(given.gitlab, given.caFile));
  return askAnswers(given, {
    flows: shippedFlows(),
    probeAddress: async (url, caFile) => (isTesting ? probeAddress(placeOf(url, caFile)) : url),
    probeToken: async (source, { gitlab, caFile }) =>
      isTesting ? ownerOf(source, placeOf(gitlab, caFile)) : undefined,
  });
}

/** Without asking: what has no default has to be given. */
async function fill(given: Partial<Answers>, isTesting: boolean, command: Command): Promise<Answers> {
  const { gitlab, publicUrl, projects, flow = 'claude' } = given;
  if (gitlab === undefined || publicUrl === undefined || projects === undefined)
    return command.error('error: --yes needs --gitlab, --public-url and --project');
  const { agent = flow, caFile } = given;
  const answers: Answers = {
    account: `${agent}-bot`,
    token: { kind: 'env', name: tokenVariable(agent) },
    operatorToken: undefined,
    queue: { kind: 'embedded' },
    signs: false,
    ...given,
    caFile,
    gitlab,
    publicUrl,
    projects,
    flow,
    agent,
  };
  if (!isTesting) return answers;
  const place = placeOf(gitlab, caFile);
  console.log(await probeAddress(place));
  const owner = await ownerOf(answers.token, place);
  if (owner !== undefined && owner.toLowerCase() !== answers.account.toLowerCase())
    throw new BeckonError('other_account', `The token is that of ${owner}, not of ${answers.account}.`, {
      hint: `Name the account of the agent by --account, or a token of it by --token.`,
    });
  if (answers.operatorToken !== undefined) await ownerOf(answers.operatorToken, place);
  return answers;
}

function placeOf(url: string, caFile: string | undefined): Place {
  const hasProxy = PROXIES.some((name) => (process.env[name] ?? '') !== '');
  return { url: normalWebUrl(url), caFile, hasProxy };
}

/** `undefined`: the token is not there yet. */
async function ownerOf(source: SecretSource, place: Place): Promise<string | undefined> {
  const token = secretAt(source, process.env);
  return token === undefined ? undefined : (await probeToken(place, token)).username;
}

/** Of the paths those at which something is are replaced only when somebody says so. */
async function insistOnReplacing(paths: readonly string[], { yes, force }: Options): Promise<void> {
  const names = paths.filter((path) => existsSync(path)).map(nameOf);
  if (names.length === 0 || (yes === true && force === true)) return;
  if (yes === true)
    throw new BeckonError('file_there', `${names.join(' and ')}: there already. Nothing was written.`, {
      hint: '--force replaces it.',
    });
  const { askReplace } = await import('./init/ask.ts');
  if (!(await askReplace(names))) throw new BeckonError('cancelled', 'Nothing was written.');
}

interface Closing {
  readonly file: string;
  /** Environment variables that have to be set yet. */
  readonly unset: readonly string[];
  readonly answers: Answers;
}

/** What was written, and what to call next. */
function closing({ secrets }: Writing, { file, unset, answers }: Closing): string {
  const option = nameOf(file) === DEFAULT_CONFIG_FILE ? '' : ` --config ${nameOf(file)}`;
  const project = answers.projects.find((path) => !isGlob(path) && !isExclusion(path)) ?? 'GROUP/PROJECT';
  const isOpen = new URL(answers.publicUrl).protocol === 'http:';
  return [
    `${nameOf(file)} is written, and it is valid.`,
    ...secrets.map(({ path }) => `${nameOf(path)} holds a secret: only you can read it.`),
    ...(isOpen
      ? [
          'Deliveries by http:// can be read on their way: put a proxy with TLS in front for more than a trial.',
        ]
      : []),
    ...(unset.length === 0 ? [] : [`Before the start, set in the environment: ${unset.join(', ')}`]),
    '',
    'Next:',
    `  beckon check${option}`,
    // First who answers: four deliveries that fail have GitLab switch a webhook off.
    `  beckon serve${option}`,
    `  beckon setup${option} ${project}`,
  ].join('\n');
}

/** As somebody here would name it. */
function nameOf(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
