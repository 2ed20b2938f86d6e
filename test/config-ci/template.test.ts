import { describe, expect, test } from 'vitest';
import { REPORT_TYPES } from '../../src/config/flow.ts';
import type { PipelineRequest } from '../gitlab/ports.ts';
import { projectWith } from '../gitlab/runner/test-support/project.ts';
import { agent, extended, inputs, jobs, on } from './pipeline-cases.ts';
import { type ProjectFiles, projectFiles } from './template-files.ts';

describe('a project with agents', () => {
  /** The files with one of them edited. */
  const edited = ({ files, ...more }: ProjectFiles, path: string, from: string, to: string): ProjectFiles => {
    const before = files[path] ?? '';
    expect(before).toContain(from);
    return { ...more, files: { ...files, [path]: before.replace(from, to) } };
  };
  const TEMPLATE = '.gitlab/ci/external-agent.yml';

  test('chooses name, stage and timeout of the job', async () => {
    const files = edited(
      await projectFiles(),
      '.gitlab-ci.yml',
      `local: ${TEMPLATE}`,
      `local: ${TEMPLATE}\n    inputs: {job_name: helper, stage: build, timeout: 30 minutes}`,
    );
    const { runner, request } = await projectWith(files.files);
    const plan = (variables: PipelineRequest['variables']) => runner.plan(request({ ref: on, variables }));
    expect(await plan(agent)).toEqual({ jobs: [{ name: 'helper', stage: 'build' }] });
    expect(await plan(extended)).toEqual({ jobs: [{ name: 'helper-extended', stage: 'build' }] });
  });

  test('hears of an input that the template refuses', async () => {
    const hostile = { ...inputs, ai_flow_script: "ZQ=='; id; '" };
    expect(await jobs(await projectFiles('gitlab-ci-inputs.yml'), { ref: on, inputs: hostile })).toMatch(
      /`ai_flow_script` input: .* does not match/,
    );
  });

  test('keeps inputs of its own', async () => {
    const { files, ciConfigPath } = await projectFiles('gitlab-ci-inputs.yml');
    const both = {
      ...files,
      '.gitlab-ci.yml': (files['.gitlab-ci.yml'] ?? '')
        .replace('spec:\n  inputs:\n', 'spec:\n  inputs:\n    suite: {default: unit}\n')
        .replace('main.yml\n', 'main.yml\n    inputs: {suite: "$[[ inputs.suite ]]"}\n'),
      '.gitlab/ci/main.yml':
        'spec: {inputs: {suite: {default: unit}}}\n---\n"test-$[[ inputs.suite ]]": {script: [echo]}',
    };
    const project = { ciConfigPath, files: both };
    expect(await jobs(project, { ref: 'main', inputs: { suite: 'e2e' } })).toEqual(['test-e2e']);
    expect(await jobs(project, { ref: on, inputs })).toEqual(['external-agent']);
  });

  test.each([
    ['external-agent', 'retry: 0', 'retry: 7', agent],
    ['external-agent-extended', '      sast: ', '      sarst: ', agent],
    ['external-agent-extended', 'aud: $AI_FLOW_AUD_3', 'audience: $AI_FLOW_AUD_3', extended],
    ['external-agent', 'inherit:\n', 'inherits:\n', extended],
  ])('would hear of a fault in %s: %j is not %j', async (job, from, to, variables) => {
    const files = edited(await projectFiles(), TEMPLATE, from, to);
    expect(await jobs(files, { ref: on, variables })).toContain(`jobs:${job}`);
  });

  test('chooses the runners of both jobs beside the include', async () => {
    const tags = (value: string) =>
      projectFiles().then((files) =>
        edited(files, '.gitlab-ci.yml', '# .external-agent: {tags: [docker]}', value),
      );
    const request = { ref: on, variables: agent };
    const chosen = await tags('.external-agent: {tags: [docker]}');
    expect(await jobs(chosen, request)).toEqual(['external-agent']);
    expect(await jobs(chosen, { ref: 'main', source: 'push' })).toEqual(['build', 'unit']);
    // A fault shows where the line arrives: in both jobs.
    const refused = await jobs(await tags('.external-agent: {tags: 5}'), request);
    expect(refused).toContain('jobs:external-agent:tags');
    expect(refused).toContain('jobs:external-agent-extended:tags');
  });

  test('takes the reports that a flow file can name, and no others', async () => {
    const { files } = await projectFiles();
    const reports = [...(files[TEMPLATE] ?? '').matchAll(/^ {6}(\w+): \.ai-flow\/reports\/(\w+)\/\*$/gm)];
    expect(reports.map(([, type]) => type)).toEqual(REPORT_TYPES);
    expect(reports.map(([, , folder]) => folder)).toEqual(REPORT_TYPES);
  });
});
