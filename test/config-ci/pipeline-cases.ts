import { describe, expect, test } from 'vitest';
import type { PipelineRequest } from '../gitlab/ports.ts';
import { projectWith, variable } from '../gitlab/runner/test-support/project.ts';
import { type Entry, type ProjectFiles, projectFiles } from './template-files.ts';

const script = 'ZXhpdCAw';
export const agent = [
  variable('AI_FLOW_EVENT', 'mention'),
  variable('AI_FLOW_AGENT', 'claude'),
  variable('AI_FLOW_SCRIPT', script, 'file'),
];
export const extended = [
  ...agent,
  variable('AI_FLOW_EXTENDED', 'true'),
  variable('AI_FLOW_AUD_1', 'https://cloud.example.com'),
  variable('AI_FLOW_CACHE_KEY', 'ai-flow-claude-npm'),
];
export const inputs = {
  ai_flow_event: 'mention',
  ai_flow_id: 'r1',
  ai_flow_agent: 'claude',
  ai_flow_image: 'node:24-slim',
  ai_flow_script: script,
};
const extendedInputs = {
  ...inputs,
  ai_flow_extended: 'true',
  ai_flow_aud_1: 'https://cloud.example.com',
  ai_flow_aud_2: 'sigstore',
  ai_flow_aud_3: 'api://default',
  ai_flow_cache_key: 'ai-flow-claude-npm',
};

/** The names of a pipeline's jobs, or why GitLab would refuse it. */
export async function jobs(
  { files, ciConfigPath }: ProjectFiles,
  request: Partial<PipelineRequest>,
): Promise<unknown> {
  const { runner, request: make } = await projectWith(files);
  const plan = await runner.plan(make({ ciConfigPath, ...request }));
  return 'error' in plan ? plan.error : plan.jobs.map(({ name }) => name);
}

type Case = [string, Partial<PipelineRequest>, readonly string[]];

const own = ['build', 'unit'];
/** A workload branch. */
export const on = 'workloads/1';
const always: readonly Case[] = [
  ['its own jobs for a push to main', { ref: 'main', source: 'push' }, own],
  ['nothing for a push to a workload branch', { ref: on, source: 'push' }, []],
  ["its own jobs for an agent's merge request", { ref: on, source: 'merge_request_event' }, own],
  ["the agent's job alone for an agent", { ref: on, variables: agent }, ['external-agent']],
  ['the second job for a flow that needs it', { ref: on, variables: extended }, ['external-agent-extended']],
  ['nothing for an agent on another branch', { ref: 'main', variables: agent }, []],
  ['nothing for a second job on another branch', { ref: 'main', variables: extended }, []],
  ["its own jobs for anybody's API call", { ref: 'main', source: 'api' }, own],
  ['its own jobs when started by hand', { ref: 'main', source: 'web' }, own],
  ['its own jobs on a schedule', { ref: 'main', source: 'schedule' }, own],
];
const byInputs: readonly Case[] = [
  ["the agent's job alone for an agent by inputs", { ref: on, inputs }, ['external-agent']],
  ['the second job by inputs', { ref: on, inputs: extendedInputs }, ['external-agent-extended']],
  ['nothing for an agent by inputs on another branch', { ref: 'main', inputs }, []],
  ['nothing for a second job by inputs on another branch', { ref: 'main', inputs: extendedInputs }, []],
];

/** Which jobs a project with two of its own runs, for each kind of pipeline. */
export function describeJobs(entry: Entry, { takesInputs }: { readonly takesInputs: boolean }): void {
  describe(`a project with agents and ${entry} runs`, () => {
    test.each(takesInputs ? [...always, ...byInputs] : always)('%s', async (_name, request, expected) => {
      expect(await jobs(await projectFiles(entry), request)).toEqual(expected);
    });
  });
}
