import { describe, expect, it } from 'vitest';
import { entryFor } from '../../src/setup/entry.ts';
import type { CiFacts } from '../../src/setup/facts.ts';
import { planCi } from '../../src/setup/plan.ts';
import { renderFindings, renderToDo } from '../../src/setup/render.ts';
import { factsWith, templates } from './facts.ts';

const right = { text: entryFor(templates.entry, '.gitlab/ci/main.yml'), agentText: templates.agentJob };
const closed = { variablesRole: 'no_one_allowed' } as const;
const lint = { valid: true, errors: [], jobs: [] };

function plan(given: Parameters<typeof factsWith>[0]) {
  const facts = factsWith(given);
  const made = planCi(facts, templates);
  return {
    ...made,
    facts,
    missing: made.findings.filter(({ state }) => state === 'wrong').map(({ text }) => text),
    steps: made.files.map(({ action, path }) => `${action} ${path}`),
    obstacle: typeof made.change === 'string' ? made.change : undefined,
  };
}

describe('a project', () => {
  it('that has all it needs is left alone', () => {
    expect(plan(right)).toMatchObject({ missing: [], steps: [], advice: [] });
  });

  it('without a CI file includes the agent alone', () => {
    const { missing, steps, files } = plan({});
    expect(missing).toEqual(['There is no .gitlab-ci.yml.']);
    expect(steps).toEqual(['create .gitlab/ci/external-agent.yml', 'create .gitlab-ci.yml']);
    expect(files[1]).toMatchObject({ content: expect.not.stringMatching(/main\.yml|rules/) });
  });

  it('with jobs of its own keeps them, moved', () => {
    const { missing, steps, files } = plan({
      text: 'build: {script: [ls]}\n',
      freePath: '.gitlab/ci/project.yml',
    });
    expect(missing).toEqual([".gitlab-ci.yml does not include the agent's job."]);
    expect(steps).toEqual([
      'move .gitlab/ci/project.yml',
      'create .gitlab/ci/external-agent.yml',
      'create .gitlab-ci.yml',
    ]);
    expect(files[0]).toMatchObject({ from: '.gitlab-ci.yml', content: 'build: {script: [ls]}\n' });
    expect(files[2]).toMatchObject({ content: expect.stringContaining('- local: .gitlab/ci/project.yml\n') });
  });

  it('with another version of the job is brought up to date', () => {
    const { missing, steps, obstacle } = plan({ ...right, agentText: 'old: {}\n' });
    expect(missing).toEqual([
      '.gitlab/ci/external-agent.yml is another version than the one of this Beckon.',
    ]);
    expect(steps).toEqual(['update .gitlab/ci/external-agent.yml']);
    expect(obstacle).toBeUndefined();
    expect(plan({ ...right, agentText: templates.agentJob.replace('\n', '\r\n\r\n') }).steps).toEqual([]);
  });

  it('whose job is in another project is taken at its word', () => {
    const text = 'include: [{project: a/b, file: x.yml, rules: [{if: $AI_FLOW_EVENT}]}]';
    expect(plan({ text })).toMatchObject({ missing: [], steps: [] });
  });

  it('with a job of its own for agents needs nothing', () => {
    const mergedYaml = 'bot: {script: [$AI_FLOW_SCRIPT], rules: [{if: $AI_FLOW_EVENT}]}';
    expect(plan({ text: mergedYaml, lint: { ...lint, mergedYaml } })).toMatchObject({
      missing: [],
      steps: [],
    });
  });

  it('that lets its own jobs run beside an agent is told so, and rewritten by a person', () => {
    const { missing, obstacle } = plan({ ...right, text: `${right.text}build: {script: [ls]}\n` });
    expect(missing).toEqual(['.gitlab-ci.yml lets others run beside an agent and its keys: the job build.']);
    expect(obstacle).toMatch(/written by hand/);
  });

  it('with inputs of its own is combined by a person', () => {
    const { steps, advice, obstacle } = plan({
      text: 'spec: {inputs: {env: {}}}\n---\nbuild: {script: [ls]}',
    });
    expect(steps).toHaveLength(3);
    expect(advice).toEqual([expect.stringMatching(/inputs of its own: env\..*spec:.*inputs: \{ NAME/)]);
    expect(obstacle).toMatch(/inputs of its own/);
  });

  it.each<[string, Partial<CiFacts['settings']>, string]>([
    ['is archived', { archived: true }, 'The project is archived.'],
    ['is empty', { defaultBranch: undefined as never }, 'The repository is empty. Commit something first.'],
    ['has no merge requests', { mergeRequestsEnabled: false }, 'Merge requests are off in this project.'],
  ])('that %s gets no merge request', (_name, settings, obstacle) => {
    expect(plan({ settings }).obstacle).toBe(obstacle);
  });

  it('whose CI/CD is off, or whose CI file GitLab refuses, is told so', () => {
    expect(plan({ ...right, settings: { jobsEnabled: false } })).toMatchObject({
      missing: ['CI/CD is off.'],
      advice: [expect.stringMatching(/^Turn CI\/CD on .*\/acme\/shop\/edit$/)],
    });
    const bad = { ...lint, valid: false, errors: ['no script'], mergedYaml: '' };
    expect(plan({ ...right, lint: bad }).missing).toEqual([
      'GitLab does not accept .gitlab-ci.yml: no script',
    ]);
  });

  it('whose CI file is no YAML is left to a person', () => {
    expect(plan({ text: 'a: [' })).toMatchObject({
      missing: ['.gitlab-ci.yml is not a CI configuration.'],
      obstacle: '.gitlab-ci.yml is not a CI configuration.',
    });
  });
});

describe('a CI file elsewhere', () => {
  it('in the same project is treated the same', () => {
    const place = { kind: 'own', path: 'ci/all.yml' } as const;
    expect(plan({ place, text: 'build: {script: [ls]}' }).steps).toEqual([
      'move .gitlab/ci/main.yml',
      'create .gitlab/ci/external-agent.yml',
      'create ci/all.yml',
    ]);
  });

  it('in a central project is changed there, by a person', () => {
    const place = { kind: 'central', path: 'x.yml', project: 'acme/ci', ref: undefined } as const;
    const made = plan({ place, text: 'build: {script: [ls]}' });
    expect(made.missing).toEqual(["x.yml of the project acme/ci does not include the agent's job."]);
    expect(made.files.at(-1)).toMatchObject({ path: 'x.yml', content: templates.centralEntry });
    expect(made.obstacle).toMatch(/x\.yml of the project acme\/ci, where other projects/);
    expect(renderToDo(made.facts, made)).toMatch(/^What to do: In the project acme\/ci:/);
    expect(made.advice).toEqual([expect.stringMatching(/has now is moved/)]);
  });

  it('at an address is not looked at', () => {
    const made = plan({ place: { kind: 'remote', path: 'https://example.com/x.yml' } });
    expect(made).toMatchObject({ missing: [], steps: [] });
    expect(made.obstacle).toMatch(/https:\/\/example\.com\/x\.yml/);
  });
});

describe('where agents may not send variables', () => {
  const told = 'pipeline variables: nobody may set them; claude-bot is Developer.';

  it('inputs do, and the file that Beckon wrote is rewritten', () => {
    const { missing, steps, files, obstacle } = plan({ ...right, settings: closed });
    expect(missing).toEqual(['.gitlab-ci.yml does not take runs by pipeline inputs.', told]);
    expect(steps).toEqual(['update .gitlab-ci.yml']);
    expect(files[0]).toMatchObject({ content: entryFor(templates.inputsEntry, '.gitlab/ci/main.yml') });
    expect(obstacle).toBeUndefined();
  });

  it('a file that takes inputs is right', () => {
    const text = entryFor(templates.inputsEntry, '.gitlab/ci/main.yml');
    expect(plan({ ...right, text, settings: closed })).toMatchObject({ missing: [], steps: [], advice: [] });
  });

  it('inputs may do where a central file takes them, which is not known', () => {
    const place = { kind: 'central', path: 'x.yml', project: 'acme/ci', ref: undefined } as const;
    const text = entryFor(templates.inputsEntry, '.gitlab/ci/main.yml');
    const { findings, missing } = plan({ ...right, place, text, settings: closed });
    expect(missing).toEqual([]);
    expect(findings.at(-1)).toEqual({
      state: 'unknown',
      text: `${told} Inputs do instead, if GitLab hands them to the file of another project.`,
    });
    expect(plan({ ...right, place, settings: closed }).missing).toEqual([told]);
  });

  it('the setting has to change on an older GitLab', () => {
    const { missing, steps, advice } = plan({ ...right, settings: closed, version: '18.0.6' });
    expect(missing).toEqual([told]);
    expect(steps).toEqual([]);
    expect(advice).toEqual([expect.stringMatching(/18\.1: .*acme\/shop\/-\/settings\/ci_cd$/)]);
  });

  it('the setting has to change for an agent that shall use variables', () => {
    const agents = [
      { account: 'claude-bot', handoff: 'variables', hasFlow: true, signer: undefined, level: 30 },
    ] as const;
    expect(plan({ ...right, settings: closed, agents })).toMatchObject({
      missing: [told],
      advice: [expect.stringMatching(/^Set .* to Developer/)],
    });
  });

  it('the role of the agent counts', () => {
    const agents = [
      { account: 'claude-bot', handoff: 'auto', hasFlow: true, signer: undefined, level: 40 },
    ] as const;
    expect(plan({ ...right, agents, settings: { variablesRole: 'maintainer' } }).missing).toEqual([]);
  });

  it('an agent that is no Developer has to become one, and counts as one', () => {
    for (const [level, is] of [
      [undefined, 'no member'],
      [20, 'Reporter'],
    ] as const) {
      const agents = [
        { account: 'claude-bot', handoff: 'auto', hasFlow: true, signer: undefined, level },
      ] as const;
      expect(plan({ ...right, agents })).toMatchObject({
        missing: [`claude-bot is ${is}, and has to be Developer.`],
        steps: [],
        advice: [expect.stringMatching(/project_members$/)],
      });
    }
  });

  it('nothing is said of a setting that is not shown', () => {
    const { findings } = plan({ ...right, settings: { variablesRole: undefined as never } });
    expect(findings.at(-1)).toMatchObject({ state: 'unknown' });
  });
});

it('shows what there is and what to do, files whole', () => {
  const made = plan({ text: 'build: {script: [ls]}\n' });
  expect(renderFindings(made.facts, made.findings)).toBe(
    [
      'acme/shop (GitLab 18.9, default branch main)',
      '  ✓ claude-bot is Developer.',
      "  ✗ .gitlab-ci.yml does not include the agent's job.",
      '  ✓ pipeline variables: the agents may set them.',
    ].join('\n'),
  );
  const toDo = renderToDo(made.facts, made);
  expect(toDo).toContain('Move .gitlab-ci.yml to .gitlab/ci/main.yml, as it is.');
  expect(toDo).toContain(
    `New file .gitlab/ci/external-agent.yml:\n${'─'.repeat(80)}\n${templates.agentJob}─`,
  );
  expect(toDo).toMatch(/Or let Beckon open a merge request: beckon ci acme\/shop --merge-request$/);
});
