import { describe, expect, it } from 'vitest';
import { agentJobIn, readCiFile } from '../../src/setup/ci-file.ts';

describe('a CI file', () => {
  it.each([
    [
      'a template without conditions',
      'include: /.gitlab/ci/external-agent.yml',
      '.gitlab/ci/external-agent.yml',
    ],
    ['an include on the event', 'include: [{local: a.yml, rules: [{if: $AI_FLOW_EVENT}]}]', 'a.yml'],
    [
      'an include on the input',
      'include: [{local: a.yml, rules: [{if: \'"$[[ inputs.ai_flow_event ]]" != ""\'}]}]',
      'a.yml',
    ],
  ])('is for agents with %s', (_name, text, local) => {
    expect(readCiFile(text)).toMatchObject({ agentInclude: { local }, unguarded: [] });
  });

  it('names the project of a file that is elsewhere', () => {
    const text = 'include: [{project: a/b, file: [x.yml], rules: [{if: $AI_FLOW_EVENT}]}]';
    expect(readCiFile(text)?.agentInclude).toMatchObject({ name: 'a/b x.yml', local: undefined });
  });

  it.each([
    ['jobs', 'build: {script: [ls]}', ['the job build']],
    ['a plain include', 'include: [{local: b.yml}, {template: T.yml}]', ['b.yml', 'T.yml']],
    ['an include on something else', 'include: [{local: b.yml, rules: [{if: $OTHER}]}]', ['b.yml']],
    ['nothing for hidden jobs and keywords', '.x: {script: [ls]}\ndefault: {tags: [a]}', []],
    ['nothing for a guarded job', 'a: {script: [ls], rules: [{if: $AI_FLOW_EVENT, when: never}]}', []],
    [
      'nothing for a negated condition',
      'include: [{local: b.yml, rules: [{if: $AI_FLOW_EVENT == null}]}]',
      [],
    ],
  ])('lets run beside an agent %s', (_name, text, unguarded) => {
    expect(readCiFile(text)).toMatchObject({ agentInclude: undefined, unguarded });
  });

  it('has inputs, in a header', () => {
    expect(readCiFile('spec: {inputs: {a: {}, b: {}}}\n---\njob: {script: [ls]}')?.inputs).toEqual([
      'a',
      'b',
    ]);
  });

  it('may use what only GitLab knows', () => {
    expect(readCiFile('a: {script: [!reference [.b, script]]}')).toBeDefined();
  });

  it.each(['- a', 'a: [', '"x'])('is none of %j', (text) => expect(readCiFile(text)).toBeUndefined());
});

describe('the job of an agent in a merged configuration', () => {
  const rules = '[{if: $AI_FLOW_EVENT}]';
  it.each([
    ['none', 'build: {script: [ls]}', false, undefined],
    ['one of the project', `bot: {script: [ls], rules: ${rules}}`, false, 'bot'],
    ['not one that runs no flow', `bot: {script: [ls], rules: ${rules}}`, true, undefined],
    ['one that runs flows', `bot: {script: [sh $AI_FLOW_SCRIPT], rules: ${rules}}`, true, 'bot'],
  ])('is %s', (_name, merged, forFlows, expected) => {
    expect(agentJobIn(merged, { forFlows })).toBe(expected);
  });
});
