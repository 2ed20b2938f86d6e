import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { FlowFile } from '../../src/config/flow.ts';
import { compileScript } from '../../src/flows/script.ts';

/** The shells of common images that are here: bash where there is one, dash as Debian's sh. */
export const shells = ['bash', 'dash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

const BRANCH = 'workloads/r0123456789abcde';

/** A flow file of `config/flows` as text. */
export function flowText(name: string): string {
  return readFileSync(new URL(`../../config/flows/${name}.yaml`, import.meta.url), 'utf8');
}

/** What a job of a flow is run with. */
export interface Setup {
  readonly flow: string;
  readonly shell: string;
  /** Programs that stand first on PATH: name and text of a shell script each. */
  readonly programs: Readonly<Record<string, string>>;
  /** CI/CD variables and ID tokens of the job, those as the template names them. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What came of a job. The programs wrote to the folder that `RECORD` names; `recorded` reads from there. */
export interface Finished {
  readonly status: number | null;
  readonly log: string;
  readonly leftBehind: readonly string[];
  /** Files of the newest commit on the branch in the remote. */
  readonly pushed: readonly string[];
  recorded(name: string): string | undefined;
}

/**
 * Runs the commands of a flow as the job does, compiled by Beckon, in a checkout of a repository of its own below
 * `folder`.
 */
export function runJob(folder: string, { flow, shell, programs, variables = {} }: Setup): Finished {
  const place = mkdtempSync(join(folder, 'job-'));
  const at = (name: string) => join(place, name);
  for (const name of ['bin', 'home', 'record', 'tmp']) mkdirSync(at(name));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}`);
    chmodSync(at(`bin/${name}`), 0o755);
  }
  const git = gitIn(place);
  makeRepository(place, git);
  const { script, tokens } = compile(flow, variables);
  writeFileSync(at('flow.sh'), script);
  const result = spawnSync(shell, [at('flow.sh')], {
    cwd: at('checkout'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: [at('bin'), dirname(process.execPath), process.env.PATH].join(':'),
      HOME: at('home'),
      TMPDIR: at('tmp'),
      RECORD: at('record'),
      CI_PROJECT_ID: '7',
      CI_PROJECT_URL: at('shop'),
      CI_API_V4_URL: 'https://gitlab.example.com/api/v4',
      CI_JOB_TOKEN: 'job-token',
      GITLAB_TOKEN: 'glpat-agent',
      AI_FLOW_GITLAB_TOKEN: 'glpat-agent',
      ...variables,
      AI_FLOW_ID_TOKEN_1: '',
      ...tokens,
    },
  });
  return {
    status: result.status,
    log: result.stdout + result.stderr,
    leftBehind: readdirSync(at('tmp')),
    pushed: git('shop.git', 'ls-tree', '--name-only', BRANCH).split('\n').filter(Boolean),
    recorded: (name) =>
      existsSync(at(`record/${name}`)) ? readFileSync(at(`record/${name}`), 'utf8') : undefined,
  };
}

/** The compiled flow, and its ID tokens under the names that it gives to what the template's job has. */
function compile(text: string, variables: Readonly<Record<string, string>>) {
  const { id_tokens: idTokens = {}, ...rest } = parse(text);
  const names = Object.keys(idTokens);
  const flow = FlowFile.parse({ ...rest, variables: [...rest.variables, ...names] });
  const tokens = names.map((name, index) => [name, variables[`AI_FLOW_ID_TOKEN_${index + 1}`] ?? '']);
  return { script: compileScript(flow, values()), tokens: Object.fromEntries(tokens) };
}

function values(): ReadonlyMap<string, string> {
  return new Map([
    ['AI_FLOW_EVENT', 'mention'],
    ['AI_FLOW_ID', 'r0123456789abcde'],
    ['AI_FLOW_AGENT', 'agent'],
    ['AI_FLOW_INPUT', 'please fix "$(touch pwned)" `id`'],
    ['AI_FLOW_CONTEXT', '{"iid":12}'],
    ['AI_FLOW_DISCUSSION_ID', 'd1'],
    ['AI_FLOW_RESOURCE_TYPE', 'issue'],
    ['AI_FLOW_RESOURCE_IID', '12'],
    ['CI_WORKLOAD_REF', BRANCH],
    ['GIT_AUTHOR_NAME', 'Agent'],
    ['GIT_AUTHOR_EMAIL', 'agent@example.com'],
    ['GIT_COMMITTER_NAME', 'Alice Ito'],
    ['GIT_COMMITTER_EMAIL', 'alice@example.com'],
  ]);
}

type Git = (repository: string, ...args: string[]) => string;

function gitIn(place: string): Git {
  const person = ['-c', 'user.name=Alice Ito', '-c', 'user.email=alice@example.com'];
  const env = { PATH: process.env.PATH ?? '', HOME: join(place, 'home') };
  return (repository, ...args) =>
    execFileSync('git', ['-C', join(place, repository), ...person, ...args], { encoding: 'utf8', env });
}

/** A bare remote, and a checkout of the workload branch's commit as the Runner leaves it. */
function makeRepository(place: string, git: Git): void {
  git('.', 'init', '--quiet', '--bare', '--initial-branch=main', 'shop.git');
  git('.', 'init', '--quiet', 'checkout');
  git('checkout', 'remote', 'add', 'origin', join(place, 'shop.git'));
  writeFileSync(join(place, 'checkout/README.md'), '# Shop\n');
  git('checkout', 'add', '--all');
  git('checkout', 'commit', '--quiet', '--message', 'Begin');
  git('checkout', 'push', '--quiet', 'origin', 'HEAD:refs/heads/main', `HEAD:refs/heads/${BRANCH}`);
  git('checkout', 'checkout', '--quiet', '--detach');
}
