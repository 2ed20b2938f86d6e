import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parseFlow } from '../../src/flows/flow.ts';
import { compileScript } from '../../src/flows/script.ts';
import { findProgram } from '../gitlab/git/find-program.ts';
import { clone } from '../gitlab/runner/clone.ts';
import { flowText, programOf } from './flow-files.ts';

/** Writes down what it was started with, does what the test says, and answers as the real tools do. */
const AGENT = `#!/bin/bash
cat > "$FAKE/stdin"
printf '%s\\n' "$@" > "$FAKE/argv"
env > "$FAKE/env"
answer=/dev/stdout
while [ $# -gt 0 ]; do
  case "$1" in --output-last-message) answer="$2" ;; esac
  shift
done
. "$FAKE/behaviour" > "$answer"
`;

/** Stands before a real program and writes down its arguments. */
const wrapped = (name: string) => `#!/bin/bash
printf '%s\\n' ${name} "$@" >> "$FAKE/calls"
exec ${findProgram(name)} "$@"
`;

export interface Job {
  readonly flow: string;
  readonly shell: string;
  /** Bash that plays the agent; what it prints is the answer. */
  readonly behaviour: string;
  /** Of the contract with a job. */
  readonly values: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly cloneUrl: string;
  readonly commitId: string;
  /** An empty one. */
  readonly folder: string;
}

/** Runs a shipped flow with a program of ours in the place of its tool, as the job of the template does. */
export async function runFlow(job: Job) {
  const { folder } = job;
  const at = (name: string) => join(folder, name);
  for (const name of ['bin', 'checkout', 'home']) await mkdir(at(name));
  const text = flowText(job.flow);
  const flow = parseFlow(text, job.flow);
  if (typeof flow === 'string') throw new Error(flow);
  await writeFile(at(`bin/${programOf(text)}`), AGENT, { mode: 0o755 });
  for (const name of ['git', 'curl']) await writeFile(at(`bin/${name}`), wrapped(name), { mode: 0o755 });
  await writeFile(at('behaviour'), job.behaviour);
  await writeFile(at('script.sh'), compileScript(flow, new Map(Object.entries(job.values))));
  const path = process.env.PATH ?? '';
  const git = findProgram('git') ?? 'git';
  await clone({
    url: job.cloneUrl,
    commitId: job.commitId,
    folder: at('checkout'),
    home: at('home'),
    path,
    git,
  });
  // Characters that a shell acts on, where a value stands without quotes.
  const temporary = at('tmp * $x');
  await mkdir(temporary);
  const child = spawn(job.shell, [at('script.sh')], {
    cwd: at('checkout'),
    env: {
      PATH: `${at('bin')}${delimiter}${path}`,
      HOME: at('home'),
      FAKE: folder,
      AI_FLOW_TMP: temporary,
      GIT_TERMINAL_PROMPT: '0',
      ...job.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
  const [code] = await once(child, 'close');
  const read = (name: string) => readFile(at(name), 'utf8').catch(() => '');
  return {
    code: code as number,
    log,
    stdin: await read('stdin'),
    argv: await read('argv'),
    env: await read('env'),
    calls: await read('calls'),
    gitConfig: await read('checkout/.git/config'),
  };
}
