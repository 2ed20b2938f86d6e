import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationOf } from '../../src/gitlab/operation.ts';
import type { StandInGitLab } from '../gitlab/start.ts';
import { startRealGitLab } from '../gitlab/start-real.ts';
import { notesOf } from '../gitlab/world/lookup.ts';
import { freePort } from '../support/free-port.ts';
import { describeWith } from '../support/needs.ts';
import { newFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { commandsOf, expected, withoutChance } from './console.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/quick-start.md');
const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const PROJECT = 'acme/web/shop';
/** Addresses on the page. */
const GITLAB = 'https://gitlab.example.com';
const BECKON = 'http://beckon.example.com:8080';
/** The page's first comment to the agent. */
const REQUEST = /```markdown\n(@claude-bot .*)\n```/.exec(page)?.[1] ?? '';
/** In the place of Claude Code, which is not installed and has no key. */
const CLAUDE = `#!/bin/sh
if grep -q 'please wait'; then exec sleep 600; fi
echo 'Run npm test.' >> README.md
echo 'I added the section.'
`;

describeWith(['git', 'curl'], 'docs/quick-start.md', () => {
  let folder: string;
  let gitlab: StandInGitLab;
  let port: number;
  let path: string;
  let tokens: { readonly operator: string; readonly claude: string };
  /** Of GitLab, before somebody asked the agent. */
  let requestsBefore: number;
  let serving: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await newFolder();
    for (const name of ['gitlab', 'bin', 'config']) await mkdir(join(folder, name));
    const beckon = `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`;
    await writeFile(join(folder, 'bin/beckon'), beckon, { mode: 0o755 });
    await writeFile(join(folder, 'bin/claude'), CLAUDE, { mode: 0o755 });
    path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
    port = await freePort();
    gitlab = await startRealGitLab({ folder: join(folder, 'gitlab'), path, pushPipelines: false });
    const { world } = gitlab;
    world.addUser({ username: 'alice', name: 'Alice Ito' });
    const files = { 'README.md': '# Shop\n', '.gitlab-ci.yml': 'build: { script: [echo build] }\n' };
    const project = await world.addProject({ path: PROJECT, files });
    world.addMember({ user: 'alice', project, level: 'maintainer' });
    const agent = world.addUser({ username: 'claude-bot', name: 'Claude', bot: true });
    world.addRunner({ description: 'docker-1' });
    tokens = {
      operator: world.addToken({ user: 'alice' }).value,
      claude: world.addToken({ user: agent }).value,
    };
  }, 60_000);

  afterAll(async () => {
    if (serving !== undefined && serving.exitCode === null) {
      serving.kill('SIGTERM');
      await once(serving, 'exit');
    }
    await gitlab.webhooksSettled();
    await gitlab.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const real = (text: string) =>
    text.replaceAll(GITLAB, gitlab.url).replaceAll(BECKON, `http://127.0.0.1:${port}`);
  const shown = (text: string) =>
    text
      .replaceAll(`http://127.0.0.1:${port}`, BECKON)
      .replaceAll(gitlab.url, GITLAB)
      .replaceAll(folder, '/srv/beckon');

  function run(command: string): Promise<string> {
    return new Promise((resolve) => {
      execFile('sh', ['-c', command], { cwd: folder, env: { PATH: path } }, (_error, stdout, stderr) =>
        resolve(shown(`${stdout}${stderr}`)),
      );
    });
  }

  async function serve(): Promise<void> {
    const child = spawn(process.execPath, [program, 'serve'], {
      cwd: folder,
      env: { PATH: path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    serving = child;
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes('"beckon is ready"')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    });
  }

  /** What a person does in between, by the command that comes next. */
  const before: Readonly<Record<string, () => Promise<unknown>>> = {
    'chmod 600 config/secrets/gitlab-token config/secrets/gitlab-token-claude': async () => {
      await writeFile(join(folder, 'config/secrets/gitlab-token'), tokens.operator);
      await writeFile(join(folder, 'config/secrets/gitlab-token-claude'), tokens.claude);
    },
    'beckon check acme/web/shop': async () => {
      const { world } = gitlab;
      for (const mergeRequest of world.state.mergeRequests.values())
        await world.merge({ mergeRequest, by: 'alice' });
      const scope = { masked: true, environmentScope: 'ai-flow/claude' };
      world.setVariable({ project: PROJECT, key: 'ANTHROPIC_API_KEY', value: 'sk-ant-0', ...scope });
      world.setVariable({ project: PROJECT, key: 'GITLAB_TOKEN_CLAUDE', value: tokens.claude, ...scope });
      await gitlab.webhooksSettled();
    },
    'beckon runs': async () => {
      const { world } = gitlab;
      requestsBefore = gitlab.requests.length;
      const issue = world.openIssue({ project: PROJECT, author: 'alice', title: 'How are the tests run?' });
      world.comment({ issue, author: 'alice', body: REQUEST });
      const notes = () => notesOf(issue, world.state).map(({ body }) => body);
      await until(
        () => `the end of the run: ${notes().join('\n')}`,
        () => notes().some((body) => body.startsWith('✅ Agent has finished. It opened the merge request')),
        { ms: 90_000 },
      );
      expect(notes().map((body) => body.trim())).toContain('I added the section.');
      // The note says the end a moment before the run itself is over.
      await until('a finished run', async () => (await run('beckon runs --state succeeded')).includes('!'), {
        ms: 60_000,
      });
    },
  };

  it('leads to a merge request, and shows what the commands print', async () => {
    for (const { command, output } of commandsOf(page)) {
      await before[command]?.();
      if (command === 'beckon serve') await serve();
      else expect(withoutChance(await run(real(command))), command).toMatch(expected(output));
    }
    expect([...gitlab.world.state.mergeRequests.values()]).toHaveLength(3);
    expect(gitlab.violations).toEqual([]);
  }, 240_000);

  it('asks of GitLab for the run what docs/how-it-works.md says', () => {
    const told = [...read('docs/how-it-works.md').matchAll(/`((?:GET|POST|PUT|DELETE) [a-z_/:]+)`/g)];
    const asked = operationsOfRun(gitlab.requests.slice(requestsBefore));
    // Made or not by how soon the webhook comes.
    const look = 'GET projects/:id/pipelines/:id';
    expect(new Set([...asked, look])).toEqual(new Set(told.map(([, operation]) => operation)));
  });

  it('has a way to stop all runs, in docs/troubleshooting.md', async () => {
    const { world } = gitlab;
    const script =
      /## Stop it, now[\s\S]*?```sh\n([\s\S]*?)```/.exec(read('docs/troubleshooting.md'))?.[1] ?? '';
    const issue = world.openIssue({ project: PROJECT, author: 'alice', title: 'It takes long' });
    world.comment({ issue, author: 'alice', body: '@claude-bot please wait' });
    const notes = () => notesOf(issue, world.state).map(({ body }) => body);
    const says = (words: string) =>
      until(
        () => `${words} in ${notes().join('\n')}`,
        () => notes().some((body) => body.startsWith(words)),
        { ms: 60_000 },
      );
    await says('✅ Agent has started');
    expect(await run(script)).toMatch(/^Asked r[0-9a-f]{15} to stop\./);
    await says('🛑 Agent was cancelled by the operator');
  }, 180_000);
});

/** Requests as the metric names them, without those that workers make ever again. */
function operationsOfRun(requests: StandInGitLab['requests']): readonly string[] {
  return requests
    .filter(({ username }) => username === 'claude-bot')
    .map(({ method, path }) => operationOf(method, path.replace(/\?.*/, '')))
    .filter((operation) => !/ (?:todos|events)$/.test(operation));
}
