import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Flow } from '../../src/config/flow.ts';
import { compileScript } from '../../src/flows/script.ts';
import { flow } from '../builders/flow.ts';

const dir = mkdtempSync(join(tmpdir(), 'beckon-script-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A shell, with its first argument where it is one of many programs in one. */
const started = (shell: string, ...args: string[]) => {
  const [program = shell, ...first] = shell.split(' ');
  return [program, [...first, ...args]] as const;
};
const shells = ['bash', 'dash', 'sh', 'busybox sh'].filter(
  (shell) => spawnSync(...started(shell, '-c', ':')).status === 0,
);

/** Runs a compiled flow in a real shell; what the commands print comes after a line of their own. */
function run(
  commands: readonly string[],
  values: Readonly<Record<string, string>>,
  { shell = 'sh', env = {}, variables = [] as string[], more = {} as Partial<Flow>, cwd = dir } = {},
) {
  const script = compileScript(
    flow({ commands: [...commands], variables, ...more }),
    new Map(Object.entries(values)),
  );
  const file = join(dir, `script-${Math.random()}.sh`);
  writeFileSync(file, script);
  const result = spawnSync(...started(shell, file), {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env.PATH ?? '', HOME: dir, ...env },
  });
  return { status: result.status, output: result.stdout, error: result.stderr };
}

/** What `command` writes to a file, byte for byte. */
function bytesOf(command: string, values: Readonly<Record<string, string>>, shell: string): string {
  const file = join(dir, `out-${Math.random()}`);
  const { status, error } = run([`${command} > '${file}'`], values, { shell });
  expect(error).toBe('');
  expect(status).toBe(0);
  return execFileSync('cat', [file], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

const HOSTILE = [
  '$HOME ${PATH} $(touch pwned) `touch pwned` %CI_JOB_TOKEN% $$ %%',
  `'; touch pwned; '`,
  `"\\"; touch pwned #`,
  'line one\nline two\r\n\ttabbed\n',
  '\n\nleading and trailing\n\n',
  'BECKON_END\ntouch pwned\nBECKON_END',
  'héllo 你好 🎉 \u202e right to left',
  '\\n \\0 \\x41 %s %d',
  "it's 'quoted' ''twice''",
  '!history *glob* ~ [a-z] {a,b} <(x) >(y) & | ;',
];

describe.each(shells)('a compiled flow in %s', (shell) => {
  it.each(HOSTILE)('hands %j over byte for byte and executes nothing of it', (text) => {
    expect(bytesOf(`printf %s "$AI_FLOW_INPUT"`, { AI_FLOW_INPUT: text }, shell)).toBe(text);
    expect(bytesOf(`cat "$AI_FLOW_INPUT_FILE"`, { AI_FLOW_INPUT: text }, shell)).toBe(text);
    expect(bytesOf('ls', { AI_FLOW_INPUT: text }, shell)).not.toContain('pwned');
  });

  it('keeps what one command exports for the next, and stops at the first that fails', () => {
    const result = run(['export STEP=one', 'echo "step $STEP"', 'false', 'echo never'], {}, { shell });
    expect(result.output).toContain('step one');
    expect(result.output).not.toMatch(/^never$/m);
    expect(result.status).toBe(1);
  });

  it('ends with the exit code of the command', () => {
    expect(run(['exit 42'], {}, { shell }).status).toBe(42);
  });

  it('shows each command as the Runner does, and only the first line of a longer one', () => {
    const { output } = run(['echo "a  b"', 'echo c\necho d'], {}, { shell });
    expect(output).toContain('$ echo "a  b"\u001b[0m\na  b\n');
    expect(output).toContain('$ echo c # collapsed multi-line command\u001b[0m\nc\nd\n');
    const mark = String.raw`\x1b\[0Ksection_(start|end):(\d+):(command_\d)\r\x1b\[0K`;
    const marks = [...output.matchAll(new RegExp(mark, 'g'))];
    expect(marks.map(([, what, , name]) => `${what} ${name}`)).toEqual([
      'start command_1',
      'end command_1',
      'start command_2',
      'end command_2',
    ]);
    expect(Math.abs(Number(marks[0]?.[2]) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('withholds keys that the flow does not ask for, by name and by looks', () => {
    const withheld = {
      DEPLOY_TOKEN: 'no',
      OPENAI_API_KEY: 'no',
      npm_config__authToken: 'no',
      KUBECONFIG: '/no',
      SENTRY_DSN: 'no',
      CI_REGISTRY_PASSWORD: 'no',
      AI_FLOW_ID_TOKEN_1: 'no',
      AI_FLOW_AI_GATEWAY_TOKEN: 'no',
      GITLAB_TOKEN: 'of another job',
      GITLAB_TOKEN_CODEX: 'no',
      BY_LOOKS: 'glpat-no',
      DATABASE: 'postgres://user:no@db/x',
      CERTIFICATE: 'first\n-----BEGIN RSA PRIVATE KEY-----\nno',
    };
    const kept = {
      ANTHROPIC_API_KEY: 'sk-yes',
      JAVA_HOME: '/java',
      CI_JOB_TOKEN: 'glcbt-ci',
      CI_REPOSITORY_URL: 'https://gitlab-ci-token:x@gitlab/a.git',
      GITLAB_USER_LOGIN: 'alice',
      DOCS: 'https://example.com/a:b@c',
      LIBC: 'glibc-2.36',
      TWO_LINES: 'DEPLOY=1\nOPENAI_API_KEY=no',
    };
    const names = [...Object.keys(withheld), ...Object.keys(kept)];
    const print = names.map((name) => `echo "${name} \${${name}+is there}"`).join('\n');
    const env = { ...withheld, ...kept };
    const { output, error } = run([print], {}, { shell, env, variables: ['ANTHROPIC_API_KEY'] });
    expect(error).toBe('');
    const there = names.filter((name) => output.includes(`\n${name} is there\n`));
    expect(there).toEqual(Object.keys(kept));
  });

  it('keeps the GITLAB_TOKEN that is its own, or that it asks for', () => {
    const show = ['echo "token=${GITLAB_TOKEN:-none}"'];
    const own = { GITLAB_TOKEN: 'glpat-a', AI_FLOW_GITLAB_TOKEN: 'glpat-a' };
    expect(run(show, {}, { shell, env: own }).output).toContain('token=glpat-a\n');
    const other = { GITLAB_TOKEN: 'glpat-b' };
    expect(run(show, {}, { shell, env: other }).output).toContain('token=none\n');
    const asked = run(show, {}, { shell, env: other, variables: ['GITLAB_TOKEN'] });
    expect(asked.output).toContain('token=glpat-b\n');
  });

  it('gives ID tokens the names that the flow has for them', () => {
    const more = { id_tokens: { AWS: { aud: 'aws' }, GCP_TOKEN: { aud: ['gcp'] } } };
    const env = { AI_FLOW_ID_TOKEN_1: 'eyJ1', AI_FLOW_ID_TOKEN_2: 'eyJ2', AI_FLOW_ID_TOKEN_3: 'eyJ3' };
    const print = ['echo "$AWS $GCP_TOKEN ${AI_FLOW_ID_TOKEN_1:-} ${AI_FLOW_ID_TOKEN_3:-}."'];
    expect(run(print, {}, { shell, env, more }).output).toContain('\neyJ1 eyJ2  .\n');
  });

  it('runs the set-up first, in the same shell', () => {
    const more = { setup_script: ['export FROM=setup'] };
    expect(run(['echo "$FROM"'], {}, { shell, more }).output).toMatch(/FROM=setup[\s\S]*\nsetup\n/);
  });

  it('needs the token of a gateway where the flow asks for one, and hands it over then', () => {
    const more = { injectGatewayToken: true };
    const without = run(['echo never'], {}, { shell, more });
    expect(without.status).toBe(1);
    expect(without.error).toMatch(/no CI\/CD variable AI_FLOW_AI_GATEWAY_TOKEN/);
    const env = { AI_FLOW_AI_GATEWAY_TOKEN: 'gw', AI_FLOW_AI_GATEWAY_HEADERS: 'X-A: b' };
    const print = ['echo "$AI_FLOW_AI_GATEWAY_TOKEN $AI_FLOW_AI_GATEWAY_HEADERS"'];
    expect(run(print, {}, { shell, env, more }).output).toContain('gw X-A: b\n');
  });

  it('keeps its cache and collects its reports, also when it fails in another folder', () => {
    const cwd = mkdtempSync(join(dir, 'checkout-'));
    mkdirSync(join(cwd, '.git/info'), { recursive: true });
    const more = {
      cache: { key: 'npm', paths: ['node_modules', 'a-b/.cache'] },
      report_artifacts: { junit: ['out/*.xml', 'other.xml', 'absent.xml'], sast: ['sast.json'] },
    };
    const first = [
      'mkdir node_modules a-b a-b/.cache out && echo 1 > node_modules/x && echo 2 > a-b/.cache/y',
      'echo 3 > out/a.xml; echo 4 > "out/b c.xml"; echo 5 > other.xml',
      'mkdir elsewhere && cd elsewhere && false',
    ];
    expect(run(first, {}, { shell, more, cwd })).toMatchObject({ status: 1, error: '' });
    const files = (folder: string) => readdirSync(join(cwd, folder), { recursive: true }).sort();
    expect(files('.ai-flow')).toEqual(
      expect.arrayContaining([
        'cache/1/x',
        'cache/2/y',
        'reports/junit/1-a.xml',
        'reports/junit/3-other.xml',
      ]),
    );
    expect(files('.ai-flow/reports')).not.toContain('sast');
    expect(readFileSync(join(cwd, '.git/info/exclude'), 'utf8')).toBe('/.ai-flow/\n');
    rmSync(join(cwd, 'a-b'), { recursive: true });
    const second = run(['cat node_modules/x a-b/.cache/y'], {}, { shell, more, cwd });
    expect(second).toMatchObject({ status: 0, error: '' });
    expect(second.output).toContain('\n1\n2\n');
    expect(files('.ai-flow')).toContain('cache/1/x');
  });

  it('leaves nothing behind', () => {
    const { output } = run(['echo "dir=$AI_FLOW_TMP"'], { AI_FLOW_INPUT: 'secret text' }, { shell });
    const tmp = /^dir=(\S+)$/m.exec(output)?.[1] ?? '';
    expect(tmp).not.toBe('');
    expect(spawnSync('ls', [tmp]).status).not.toBe(0);
  });

  it('cuts a text of 300 kB for the variable, says where the whole is, and has the whole there', () => {
    const text = `${'ä'.repeat(150_000)}end`;
    const inVariable = bytesOf('printf %s "$AI_FLOW_INPUT"', { AI_FLOW_INPUT: text }, shell);
    expect(Buffer.byteLength(`AI_FLOW_INPUT=${inVariable}\0`)).toBeLessThanOrEqual(128 * 1024);
    expect(inVariable).toMatch(/ä\n\[cut here by Beckon: the whole is in the file \$AI_FLOW_INPUT_FILE\]$/);
    expect(bytesOf('cat "$AI_FLOW_INPUT_FILE"', { AI_FLOW_INPUT: text }, shell)).toBe(text);
  });
});

describe('an input that looks like an option', () => {
  it('cannot become one', () => {
    const text = '--settings={"hooks":{}}';
    expect(bytesOf('printf %s "$AI_FLOW_INPUT"', { AI_FLOW_INPUT: text }, 'sh')).toBe(`\n${text}`);
    expect(bytesOf('cat "$AI_FLOW_INPUT_FILE"', { AI_FLOW_INPUT: text }, 'sh')).toBe(text);
  });
});

describe('any text', () => {
  it('arrives byte for byte', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(text, (value) => {
        const wellFormed = Buffer.from(value, 'utf8').toString('utf8');
        const expected = wellFormed.startsWith('-') ? `\n${wellFormed}` : wellFormed;
        expect(bytesOf('printf %s "$AI_FLOW_INPUT"', { AI_FLOW_INPUT: value }, 'sh')).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });
});
