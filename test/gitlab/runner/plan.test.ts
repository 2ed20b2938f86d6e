import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { projectWith, variable } from './test-support/project.ts';

const config = `
stages: [build, test]
late:
  stage: test
  script: [echo late]
  rules:
    - if: $WANTED =~ /^y/ && $CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "api"
early:
  stage: build
  script: [echo early]
  rules:
    - if: $WANTED
never-started:
  stage: test
  script: [echo manual]
  when: manual
other:
  stage: build
  script: [echo other]
  rules:
    - if: $CI_PIPELINE_SOURCE == "push"
      changes: [no/such/file]
merged:
  stage: build
  script: [echo merged]
  rules:
    - if: $CI_COMMIT_BRANCH == null
`;

async function planned(
  ci: string,
  more: Parameters<Awaited<ReturnType<typeof projectWith>>['request']>[0] = {},
) {
  const { runner, request, workDir } = await projectWith({ '.gitlab-ci.yml': ci });
  const result = await runner.plan(request(more));
  expect(await readdir(workDir), 'folders left behind').toEqual([]);
  return 'error' in result ? result.error : result.jobs.map(({ name, stage }) => `${stage}:${name}`);
}

describe('the jobs of a pipeline', () => {
  test('are those that the rules select, in the order of their stages', async () => {
    expect(await planned(config, { variables: [variable('WANTED', 'yes')] })).toEqual([
      'build:early',
      'test:late',
    ]);
  });

  test('depend on where the pipeline comes from', async () => {
    expect(await planned(config, { source: 'push' })).toEqual(['build:other']);
    expect(await planned(config, { source: 'merge_request_event' })).toEqual(['build:merged']);
  });

  test('may be none', async () => {
    expect(await planned(config)).toEqual([]);
    expect(await planned('job: {stage: .pre, script: [echo]}')).toEqual([]);
  });

  test('are none where workflow:rules say so', async () => {
    const filtered = `workflow: {rules: [{if: $WANTED, auto_cancel: {on_new_commit: none}}, {when: never}]}\njob: {script: [echo]}`;
    expect(await planned(filtered)).toBe(
      'The pipeline did not run. Review the workflow:rules configuration for the pipeline.',
    );
    expect(await planned(filtered, { variables: [variable('WANTED', 'yes')] })).toEqual(['test:job']);
  });

  test('take included files and inputs', async () => {
    const { runner, request } = await projectWith({
      'ci/main.yml':
        'spec: {inputs: {name: {default: x}}}\n---\ninclude: [{local: ci/more.yml}]\n"job-$[[ inputs.name ]]": {script: [echo]}',
      'ci/more.yml': 'more: {script: [echo]}',
    });
    const asked = request({ ciConfigPath: 'ci/main.yml', inputs: { name: 'given' } });
    const result = await runner.plan(asked);
    expect(result).toEqual({
      jobs: [
        { name: 'more', stage: 'test' },
        { name: 'job-given', stage: 'test' },
      ],
    });
  });
});

describe('a pipeline that GitLab refuses', () => {
  test('for want of a configuration', async () => {
    const { runner, request } = await projectWith({ 'README.md': '' });
    expect(await runner.plan(request())).toEqual({ error: 'Missing CI config file' });
  });

  test.each([
    ['job: {script: [echo], no_such_key: 1}', 'jobs:job config contains unknown keys: no_such_key'],
    ['job: {script: [echo], stage: nowhere}', 'job job: chosen stage nowhere does not exist'],
    ['job: {image: node}', 'job must have script specified'],
    ['job: {script: [echo', '(<unknown>): unexpected end of the stream'],
  ])('for %s', async (ci, error) => {
    expect(await planned(ci)).toContain(error);
  });

  test('for variables that refer to each other', async () => {
    const variables = [variable('A', 'x $B'), variable('B', '${A}')];
    expect(await planned('job: {script: [echo]}', { variables })).toBe(
      'job: circular variable reference detected: ["A", "B"]',
    );
  });

  test('for inputs that it does not know', async () => {
    const inputs = { other: 'x' };
    expect(await planned('job: {script: [echo]}', { inputs })).toContain('Given inputs not defined');
    expect(await planned('spec: {inputs: {name: {}}}\n---\njob: {script: [echo]}', { inputs })).toBe(
      'unknown input arguments: other',
    );
  });
});
