import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../gitlab/git/find-program.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { jobScript } from './template-files.ts';

let script = '';
beforeAll(async () => {
  script = await jobScript();
});

/** What the template promises to get by with, in an image that has no bash. */
const PROGRAMS = ['sh', 'base64', 'awk', 'mktemp', 'tr', 'rm', 'cat', 'env', 'ls', 'printf'];

async function shOnlyPath(folder: string): Promise<string> {
  const path = join(folder, 'bin');
  await mkdir(path);
  for (const name of PROGRAMS) {
    const program = findProgram(name);
    if (program !== undefined) await symlink(program, join(path, name));
  }
  return path;
}

/** Runs the job's script in a shell, with a flow and some variables; `leftovers` is what stayed in TMPDIR. */
async function runScript(flow: string, env: Readonly<Record<string, string>>, shell: 'sh' | 'bash' = 'sh') {
  const folder = await temporaryFolder();
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const file = join(folder, 'AI_FLOW_SCRIPT');
  await writeFile(file, Buffer.from(flow).toString('base64').replace(/.{76}/g, '$&\n'));
  const path = shell === 'sh' ? await shOnlyPath(folder) : (process.env.PATH ?? '');
  const given = { PATH: path, TMPDIR: temporary, AI_FLOW_SCRIPT: file, AI_FLOW_AGENT: 'claude', ...env };
  const child = spawn(findProgram(shell) ?? shell, ['-e', '-c', script], {
    env: given,
    // Bash takes a socket, which Node would give it, for a remote login and reads the person's .bashrc.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const [code] = await once(child, 'close');
  return { code, output, leftovers: await readdir(temporary) };
}

describe.each(['sh', 'bash'] as const)('in %s', (shell) => {
  test('the flow runs with its exit code, and its folder is gone afterwards', async () => {
    const flow = `[ "$(ls -A "$AI_FLOW_TMP")" = flow.sh ] && echo "it's \\$5"; exit 42\n`;
    expect(await runScript(flow, {}, shell)).toEqual({ code: 42, output: "it's $5\n", leftovers: [] });
  });

  test('bash runs the flow where it is there', async () => {
    const { output } = await runScript('echo "${BASH_VERSION:+bash}"', {}, shell);
    expect(output).toBe(shell === 'bash' ? 'bash\n' : '\n');
  });
});

describe('the token of the agent', () => {
  const show = 'printf "[%s] [%s]\\n" "${GITLAB_TOKEN-none}" "${AI_FLOW_GITLAB_TOKEN-none}"';

  test.each([
    ['claude', { GITLAB_TOKEN_CLAUDE: 'glpat-1' }, '[glpat-1] [glpat-1]'],
    ['my-agent_2', { GITLAB_TOKEN_MY_AGENT_2: 'a $b `c` "d" \\n' }, '[a $b `c` "d" \\n] [a $b `c` "d" \\n]'],
    ['claude', { GITLAB_TOKEN_CODEX: 'glpat-1' }, '[none] [none]'],
    ['claude', { GITLAB_TOKEN: "the project's" }, "[the project's] [none]"],
    ['claude', { GITLAB_TOKEN: "the project's", GITLAB_TOKEN_CLAUDE: 'x' }, '[x] [x]'],
  ])('of %s with %o is %s', async (agent, env, expected) => {
    const { output } = await runScript(show, { AI_FLOW_AGENT: agent, ...env });
    expect(output).toBe(`${expected}\n`);
  });

  test('is not printed', async () => {
    const { output } = await runScript('true', { GITLAB_TOKEN_CLAUDE: 'glpat-1' });
    expect(output).toBe('');
  });
});

describe('the job refuses', () => {
  test.each(['', 'a b', '$(touch x)', 'x; id', 'a.b', 'ümlaut', 'a\nb'])(
    '%j as the name of an agent',
    async (agent) => {
      const { code, output } = await runScript('echo ran', { AI_FLOW_AGENT: agent });
      expect([code, output]).toEqual([1, 'AI_FLOW_AGENT is not the name of an agent.\n']);
    },
  );

  test('a script that is no file', async () => {
    const { code, output } = await runScript('echo ran', { AI_FLOW_SCRIPT: 'ZWNobyByYW4=' });
    expect([code, output]).toEqual([1, 'AI_FLOW_SCRIPT is not a variable of the type file.\n']);
  });

  test('a script that is not base64', async () => {
    const { code, output, leftovers } = await runScript('', { AI_FLOW_SCRIPT: '/bin/sh' });
    expect(code).toBe(1);
    expect(output).toContain('base64');
    expect(leftovers).toEqual([]);
  });
});
