import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCiFile } from '../../src/setup/ci-file.ts';
import { choosing, entryFor } from '../../src/setup/entry.ts';

const folder = new URL('../../config/ci/', import.meta.url);
const shipped = readdirSync(folder).filter((name) => name.startsWith('gitlab-ci'));

describe.each(shipped)('the shipped %s', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');

  it('includes own jobs from another path, and is seen to keep them apart', () => {
    const entry = entryFor(text, '.gitlab/ci/project.yml');
    expect(entry).not.toContain('main.yml:');
    expect(readCiFile(entry)).toMatchObject({
      agentInclude: { local: '.gitlab/ci/external-agent.yml' },
      guarded: ['.gitlab/ci/project.yml'],
      unguarded: [],
    });
  });

  it('includes the job of the agent alone where there are no own ones', () => {
    const entry = entryFor(text, undefined);
    expect(entry).not.toMatch(/- local: .*main\.yml|rules:/);
    expect(readCiFile(entry)).toMatchObject({
      agentInclude: { local: '.gitlab/ci/external-agent.yml' },
      guarded: [],
      unguarded: [],
      inputs: readCiFile(text)?.inputs,
    });
  });
});

it.each([...shipped, 'central.yml'])('%s is given inputs beside those that it has', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const chosen = { accounts: 'a|b[.]c', signers: 'MFk+/w==' };
  const given = readCiFile(choosing(text, chosen));
  expect(given).toEqual({
    ...readCiFile(text),
    agentInclude: { ...readCiFile(text)?.agentInclude, chosen },
  });
  expect(choosing(text, {})).toBe(text);
  expect(choosing(text, chosen).match(/\$\[\[ inputs\.ai_flow_agent \]\]/g)?.length).toBe(
    text.match(/\$\[\[ inputs\.ai_flow_agent \]\]/g)?.length,
  );
});
