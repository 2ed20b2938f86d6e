import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compileScript } from '../../src/flows/script.ts';

const dir = mkdtempSync(join(tmpdir(), 'beckon-script-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const shells = ['bash', 'dash', 'sh'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

/** Runs a compiled flow in a real shell; what the commands print comes after a line of their own. */
function run(
  commands: readonly string[],
  values: Readonly<Record<string, string>>,
  { shell = 'sh', env = {}, variables = [] as string[] } = {},
) {
  const script = compileScript(
    { image: 'alpine:3', commands: [...commands], variables },
    new Map(Object.entries(values)),
  );
  const file = join(dir, `script-${Math.random()}.sh`);
  writeFileSync(file, script);
  const result = spawnSync(shell, [file], {
    cwd: dir,
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
  });

  it('withholds keys that the flow does not ask for', () => {
    const env = {
      DEPLOY_TOKEN: 'no',
      OPENAI_API_KEY: 'no',
      ANTHROPIC_API_KEY: 'yes',
      JAVA_HOME: '/java',
      CI_JOB_TOKEN: 'ci',
    };
    const { output } = run(['env'], {}, { shell, env, variables: ['ANTHROPIC_API_KEY'] });
    expect(output).toContain('ANTHROPIC_API_KEY=yes');
    expect(output).toContain('JAVA_HOME=/java');
    expect(output).toContain('CI_JOB_TOKEN=ci');
    expect(output).not.toMatch(/DEPLOY_TOKEN=|OPENAI_API_KEY=/);
  });

  it('leaves nothing behind', () => {
    const { output } = run(['echo "dir=$AI_FLOW_TMP"'], { AI_FLOW_INPUT: 'secret text' }, { shell });
    const tmp = /dir=(\S+)/.exec(output)?.[1] ?? '';
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
