import { describe, expect, test } from 'vitest';
import type { PipelineRequest } from '../gitlab/ports.ts';
import { variable } from '../gitlab/runner/test-support/project.ts';
import { agent, extended, inputs, jobs, on } from './pipeline-cases.ts';
import { type ProjectFiles, projectFiles } from './template-files.ts';

const [event, name] = agent;
const with22 = [...agent, variable('AI_FLOW_IMAGE', 'node:22-bookworm')];

/** The central configuration of projects, with what it asks of an agent's pipeline. */
async function guarded(): Promise<ProjectFiles> {
  const { files, ciConfigPath } = await projectFiles('central.yml');
  const before = files['central.yml'] ?? '';
  const asked = before
    .replace('# accounts: claude-bot|codex-bot', 'accounts: claude-bot|codex[.]bot')
    .replace('# images: node:22-bookworm', 'images: node:22-.*|registry[.]example[.]com\\/agents:1');
  expect(asked.length - before.length).toBeGreaterThan(20);
  return { ciConfigPath, files: { ...files, 'central.yml': asked } };
}

const by = (login: string, request: Partial<PipelineRequest>): Partial<PipelineRequest> => ({
  ref: on,
  ...request,
  predefined: { CI_PROJECT_PATH: 'group/project', GITLAB_USER_LOGIN: login },
});

describe('a project that names accounts and images has', () => {
  test.each<[string, Partial<PipelineRequest>, readonly string[]]>([
    ['the job for an agent', by('claude-bot', { variables: with22 }), ['external-agent']],
    [
      'the job for an agent with a dot in its name',
      by('codex.bot', { variables: with22 }),
      ['external-agent'],
    ],
    [
      'the second job for an agent',
      by('claude-bot', { variables: [...extended, variable('AI_FLOW_IMAGE', 'node:22-alpine')] }),
      ['external-agent-extended'],
    ],
    [
      'the job for an agent by inputs',
      by('claude-bot', { inputs: { ...inputs, ai_flow_image: 'registry.example.com/agents:1' } }),
      ['external-agent'],
    ],
    ['no job for a Developer who copied all of it', by('alice', { variables: with22 }), []],
    ['no job for a Developer who sends inputs', by('alice', { inputs }), []],
    ['no second job for a Developer', by('alice', { variables: [...with22, ...extended.slice(3)] }), []],
    ['no job for a name that contains one', by('claude-bot2', { variables: with22 }), []],
    ['no job for a name that a dot would match', by('codexxbot', { variables: with22 }), []],
    [
      "no job for an agent's account outside of the API",
      by('claude-bot', { source: 'web', variables: with22 }),
      [],
    ],
    [
      'no job in an image of somebody',
      by('claude-bot', { inputs: { ...inputs, ai_flow_image: 'evil:1' } }),
      [],
    ],
    [
      'no job in an image of somebody by variables',
      by('claude-bot', { variables: [...agent, variable('AI_FLOW_IMAGE', 'evil/node:22-bookworm')] }),
      [],
    ],
    ['no job for a script without an event', by('alice', { variables: with22.slice(1) }), []],
  ])('%s', async (_name, request, expected) => {
    expect(await jobs(await guarded(), request)).toEqual(expected);
  });
});

describe('the central configuration keeps the file of a workload branch out of', () => {
  test.each(['push', 'web', 'api', 'schedule', 'trigger'] as const)('pipelines by %s', async (source) => {
    expect(await jobs(await projectFiles('central.yml'), { ref: on, source })).toEqual([]);
  });

  test('pipelines with some of what Beckon sends', async () => {
    const variables = [event, name].filter((some) => some !== undefined);
    expect(await jobs(await projectFiles('central.yml'), { ref: on, variables })).toEqual([]);
  });
});
