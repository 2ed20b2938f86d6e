import { describe, expect, it } from 'vitest';
import { readCiFile } from '../../src/setup/ci-file.ts';
import { entryFor } from '../../src/setup/entry.ts';
import { planCi } from '../../src/setup/plan.ts';
import { factsWith, templates } from './facts.ts';

const KEY = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+/w==';
const MAIN = '.gitlab/ci/main.yml';
const agents = [
  { account: 'claude-bot', handoff: 'auto', hasFlow: true, signer: KEY, level: 30 },
  { account: 'Codex.bot', handoff: 'auto', hasFlow: true, signer: KEY, level: 30 },
] as const;
const guard = { accounts: 'claude-bot|Codex[.]bot', signers: KEY };

/** What is planned for a project whose CI file gives the agent's job `chosen`. */
function plan(chosen: Readonly<Record<string, string>>, more: Parameters<typeof factsWith>[0] = {}) {
  const facts = factsWith({
    text: entryFor(templates.entry, MAIN, chosen),
    agentText: templates.agentJob,
    agents,
    ...more,
  });
  const { findings, files, change } = planCi(facts, templates);
  const lines = findings.map(({ state, text }) => `${state} ${text}`);
  return {
    told: lines.filter((line) => line.includes('signature:')),
    files: files.map(({ path }) => path),
    chosen: readCiFile(files.at(-1)?.content ?? '')?.agentInclude?.chosen,
    change,
  };
}

describe('a project whose runs are signed', () => {
  it('but whose job does not ask is told so, and gets a merge request that has it ask', () => {
    const { told, files, chosen, change } = plan({});
    expect(told.slice(0, 2)).toEqual([
      expect.stringMatching(/^wrong .*runs what nobody signed/),
      expect.stringMatching(/^wrong .*anybody's pipeline/),
    ]);
    expect(files).toEqual(['.gitlab-ci.yml']);
    expect(chosen).toEqual(guard);
    expect(change).toMatchObject({ branch: expect.any(String) });
  });

  it('and whose job asks is told what is open beside it', () => {
    const settings = { variablesRole: 'developer' } as const;
    const { told, files } = plan(guard, { settings });
    expect(told).toEqual([
      expect.stringMatching(/^ok .*only what Beckon signed/),
      expect.stringMatching(/^ok .*no pipelines but those/),
      expect.stringMatching(/^risky .*choose the image/),
      expect.stringMatching(/^risky .*stands in this project/),
      expect.stringMatching(/^risky .*Developers may set pipeline variables/),
    ]);
    expect(files).toEqual([]);
  });

  it('from a central configuration, by inputs, in images that are named, has nothing open', () => {
    const place = { kind: 'central', path: 'central.yml', project: 'a/ci', ref: undefined } as const;
    const settings = { variablesRole: 'no_one_allowed' } as const;
    const { told } = plan({ ...guard, images: 'node:22' }, { place, settings });
    expect(told.map((line) => line.split(' ')[0])).toEqual(['ok', 'ok']);
  });

  it('with a key that the job does not know is told whose runs it refuses', () => {
    const { told, chosen } = plan({ ...guard, signers: 'OLD=' });
    expect(told[0]).toMatch(/^wrong .*refuses the runs of claude-bot, Codex\.bot/);
    expect(chosen).toEqual(guard);
    expect(plan({ ...guard, signers: `OLD= ${KEY}` }).told[0]).toMatch(/^ok/);
  });

  it('with an agent that is left out is told which, and keeps what else it chose', () => {
    const { told, chosen, change } = plan({ ...guard, accounts: 'CLAUDE-bot', timeout: '3 hours' });
    expect(told[1]).toMatch(/^wrong .*leaves out Codex\.bot,/);
    expect(chosen).toEqual({ ...guard, timeout: '3 hours' });
    expect(change).toMatchObject({ branch: expect.any(String) });
  });

  it('with an agent that signs nothing is told that its runs are refused', () => {
    const unsigned = [{ ...agents[0], signer: undefined }];
    const { told, files } = plan(guard, { agents: unsigned });
    expect(told[0]).toMatch(/^wrong .*refuses the runs of claude-bot/);
    expect(files).toEqual([]);
  });

  it('and takes inputs keeps taking them', () => {
    const text = entryFor(templates.inputsEntry, MAIN);
    const { change, chosen } = plan({}, { text });
    expect(change).toMatchObject({ actions: [{ content: expect.stringMatching(/ai_flow_script/) }] });
    expect(chosen).toEqual(guard);
  });

  it('is told nothing where nothing is signed and nothing asked', () => {
    const unsigned = [{ ...agents[0], signer: undefined }];
    expect(plan({}, { agents: unsigned })).toMatchObject({ told: [], files: [] });
  });

  it('has what is asked in a central file as well', () => {
    const place = { kind: 'central', path: 'central.yml', project: 'a/ci', ref: undefined } as const;
    expect(plan({}, { place, text: templates.centralEntry }).chosen).toEqual(guard);
  });
});
