import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/config/flow.ts';
import { parseFlow } from '../../src/flows/flow.ts';
import { compileScript } from '../../src/flows/script.ts';
import { FLOW_NAMES, flowText, programOf } from './flow-files.ts';

function flow(name: string): Flow {
  const parsed = parseFlow(flowText(name), `${name}.yaml`);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

/** The commands by their first lines, which say what each is for. */
function parts(name: string): ReadonlyMap<string, string> {
  return new Map(flow(name).commands.map((command) => [command.split('\n')[0] ?? '', command]));
}

/** What stands outside of quotes, comments and here-documents without expansion. */
function bareText(command: string): string {
  const code = command.replace(/<<'(\w+)'[\s\S]*?\n\1\n/g, '\n').replace(/^\s*#.*$/gm, '');
  return code.replace(/\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs, ' ');
}

const SHARED = [
  "# Keep the job's tokens for the push and the answer, and from every program that starts before",
  '# Write the prompt',
  '# Commit and push what was changed',
  '# Post the answer',
];
const [first = ''] = FLOW_NAMES;

describe.each(FLOW_NAMES)('the flow %s', (name) => {
  it('is a flow, begins with what it needs, and names its tool', () => {
    expect(flow(name).variables.length).toBeGreaterThan(0);
    expect(flowText(name)).toMatch(/^# .+\n#\n/);
    const head = flowText(name).slice(0, flowText(name).indexOf('\nimage:'));
    for (const variable of flow(name).variables) expect(head).toContain(`  ${variable} `);
    expect(programOf(flowText(name))).not.toBe('');
  });

  it('has the parts in common with the others', () => {
    for (const title of SHARED) expect(parts(name).get(title)).toBe(parts(first).get(title));
    expect([...parts(name).keys()].filter((title) => SHARED.includes(title))).toEqual(SHARED);
  });

  it('installs exact versions', () => {
    expect(flow(name).image).toMatch(/:\d/);
    for (const [, options = ''] of flowText(name).matchAll(/npm install (.*)/g))
      for (const word of options.split(' ').filter((option) => !option.startsWith('-')))
        expect(word).toMatch(/@\d+\.\d+\.\d+$/);
  });

  it('runs nothing that came over the network, and no text as code', () => {
    const commands = flow(name).commands.join('\n');
    expect(commands).not.toMatch(/\|\s*(sudo )?(ba|da|z)?sh\b/);
    expect(commands).not.toMatch(/\beval\b|\bsh -c\b/);
    expect(commands).not.toMatch(/:\/\/[^/\s"]*@/);
  });

  it('quotes every value', () => {
    for (const command of flow(name).commands)
      expect(bareText(command)).not.toMatch(/\$(?!\{\w+:\+)\{?[A-Za-z_]/);
  });

  it.each(['bash', 'dash', 'sh'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0))(
    'is read by %s without a word',
    (shell) => {
      const { status, stderr } = spawnSync(shell, ['-n'], {
        input: compileScript(flow(name), new Map()),
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );
});
