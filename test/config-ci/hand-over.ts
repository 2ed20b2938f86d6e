import { FlowFile } from '../../src/config/flow.ts';
import { compileScript } from '../../src/flows/script.ts';
import { flowValues } from '../../src/flows/values.ts';
import { variablesWithFlow, variablesWithoutFlow } from '../../src/flows/variables.ts';
import { mention } from '../builders/events.ts';
import type { CiVariable } from '../gitlab/runner/expand-variables.ts';
import { expandVariables } from '../gitlab/runner/expand-variables.ts';
import { agentJob } from './template-files.ts';

/** What a job must not show to who wrote a comment. */
export const SECRETS = ['sk-ant-secret', 'glcbt-secret', 'glpat-secret'] as const;

const [API_KEY, JOB_TOKEN, AGENT_TOKEN] = SECRETS;

/** What GitLab and the project give every job, for a comment to reach for. */
const OF_PROJECT: readonly CiVariable[] = [
  { key: 'CI_JOB_TOKEN', value: JOB_TOKEN },
  { key: 'CI_COMMIT_BRANCH', value: 'workloads/r1' },
  { key: 'ANTHROPIC_API_KEY', value: API_KEY },
  { key: 'GITLAB_TOKEN_CLAUDE', value: AGENT_TOKEN },
  { key: 'A', value: 'the value of A' },
];

/** What the flow's commands write down of the comment, in the checkout. */
const flow = FlowFile.parse({
  image: 'node:24-slim',
  commands: [
    'printf %s "$AI_FLOW_INPUT" > input',
    'cat "$AI_FLOW_INPUT_FILE" > input-file',
    'printf %s "$AI_FLOW_CONTEXT" > context',
    'cat "$AI_FLOW_CONTEXT_FILE" > context-file',
  ],
  variables: ['ANTHROPIC_API_KEY'],
});

/** The context of an issue under which the comment stands. */
export function contextWith(comment: string): string {
  return JSON.stringify({ iid: 12, issue_comments: [comment] });
}

/** All that a run tells its job, for a comment. */
function valuesOf(comment: string): ReadonlyMap<string, string> {
  return flowValues({
    runId: 'r1',
    agent: 'claude',
    event: mention(),
    input: comment,
    discussionId: 'd1',
    branch: 'workloads/r1',
    targetBranch: 'main',
    author: { name: 'Claude', email: 'claude@example.com' },
    committer: { name: 'Alice $A', email: 'alice@example.com' },
    context: contextWith(comment),
    gitlabUrl: 'https://gitlab.example.com',
  });
}

function asSent(
  variables: readonly { readonly key: string; readonly value: string; readonly type: string }[],
): readonly CiVariable[] {
  return variables.map(({ key, value, type }) => ({ key, value, file: type === 'file' }));
}

/** What is sent for a comment by variables, for an agent with a flow. */
export function sentWithFlow(comment: string): readonly CiVariable[] {
  return asSent(variablesWithFlow(valuesOf(comment), flow, undefined));
}

/** What is sent for a comment by variables, for an agent whose job the project wrote itself. */
export function sentWithoutFlow(comment: string): readonly CiVariable[] {
  return asSent(variablesWithoutFlow(valuesOf(comment)));
}

/** What is sent for a comment by inputs of the pipeline. */
export function inputsFor(comment: string): Readonly<Record<string, string>> {
  return {
    ai_flow_event: 'mention',
    ai_flow_id: 'r1',
    ai_flow_agent: 'claude',
    ai_flow_image: flow.image,
    ai_flow_script: Buffer.from(compileScript(flow, valuesOf(comment))).toString('base64'),
  };
}

/** The environment of a job after both expansions. @throws Error where GitLab would refuse the pipeline. */
export function arriving(
  sent: readonly CiVariable[],
  { runnerBefore13 = false } = {},
): readonly CiVariable[] {
  const filePath = (key: string) => `/builds/project.tmp/${key}`;
  const expanded = expandVariables([...OF_PROJECT, ...sent], { filePath, runnerBefore13 });
  if ('error' in expanded) throw new Error(expanded.error);
  return expanded.variables;
}

/** The template's script and the environment that it finds, for a comment that goes one way or the other. */
export async function jobFor(
  way: 'variables' | 'inputs',
  comment: string,
): Promise<{ readonly script: string; readonly variables: readonly CiVariable[] }> {
  const job = await agentJob(way === 'inputs' ? inputsFor(comment) : {});
  const ofJob = Object.entries(job.variables).map(([key, value]) => ({ key, value }));
  const sent = way === 'inputs' ? [] : sentWithFlow(comment);
  return { script: job.script, variables: arriving([...ofJob, ...sent]) };
}
