import { describe, expect, it } from 'vitest';
import type { Handover } from '../../src/flows/handover.ts';
import { flowValues } from '../../src/flows/values.ts';
import { variablesWithFlow, variablesWithoutFlow } from '../../src/flows/variables.ts';
import { mention } from '../builders/events.ts';
import { flow } from '../builders/flow.ts';

function handover(fields: Partial<Handover> = {}): Handover {
  return {
    runId: 'r0123456789abcde',
    agent: 'claude',
    event: mention(),
    input: mention().input,
    discussionId: 'd1',
    branch: 'workloads/r0123456789abcde',
    targetBranch: 'main',
    author: { name: 'Claude', email: 'claude@example.com' },
    committer: { name: 'Alice Ito', email: '5-alice@users.noreply.gitlab.example.com' },
    context: '{"iid":12}',
    gitlabUrl: 'https://gitlab.example.com:8443/gitlab',
    ...fields,
  };
}

describe('flowValues', () => {
  it('has every variable of the contract', () => {
    expect(Object.fromEntries(flowValues(handover()))).toEqual({
      AI_FLOW_EVENT: 'mention',
      AI_FLOW_INPUT: '@claude-bot please fix',
      AI_FLOW_CONTEXT: '{"iid":12}',
      AI_FLOW_DISCUSSION_ID: 'd1',
      AI_FLOW_PROJECT_PATH: 'acme/web/shop',
      AI_FLOW_GITLAB_HOSTNAME: 'gitlab.example.com:8443',
      AI_FLOW_ID: 'r0123456789abcde',
      AI_FLOW_AGENT: 'claude',
      AI_FLOW_RESOURCE_TYPE: 'issue',
      AI_FLOW_RESOURCE_IID: '12',
      AI_FLOW_RESOURCE_URL: 'https://gitlab.example.com/acme/web/shop/-/issues/12',
      AI_FLOW_NOTE_ID: '9001',
      AI_FLOW_USER: 'alice',
      AI_FLOW_SOURCE_BRANCH: '',
      AI_FLOW_TARGET_BRANCH: 'main',
      CI_WORKLOAD_REF: 'workloads/r0123456789abcde',
      GIT_AUTHOR_NAME: 'Claude',
      GIT_AUTHOR_EMAIL: 'claude@example.com',
      GIT_COMMITTER_NAME: 'Alice Ito',
      GIT_COMMITTER_EMAIL: '5-alice@users.noreply.gitlab.example.com',
    });
  });
});

describe('variables of an agent with a flow', () => {
  it('are metadata that nothing expands, and one file', () => {
    const sent = variablesWithFlow(
      flowValues(handover({ input: '$HOME %CI_JOB_TOKEN% \n' })),
      flow({ image: 'node:24-slim' }),
      undefined,
    );
    expect(sent.map(({ key, type }) => `${key} ${type}`)).toEqual([
      'AI_FLOW_EVENT env_var',
      'AI_FLOW_ID env_var',
      'AI_FLOW_AGENT env_var',
      'AI_FLOW_IMAGE env_var',
      'CI_WORKLOAD_REF env_var',
      'AI_FLOW_SCRIPT file',
    ]);
    for (const { key, value } of sent) {
      expect(value, key).toMatch(key === 'AI_FLOW_SCRIPT' ? /^[A-Za-z0-9+/=\n]+$/ : /^[A-Za-z0-9._/:@-]+$/);
    }
  });
});

describe('variables of an agent without a flow', () => {
  it('are made safe from the expansions of GitLab and the Runner', () => {
    const sent = variablesWithoutFlow(
      flowValues(handover({ input: 'costs $5, $HOME, %CI_JOB_TOKEN%, 5% of 6%' })),
    );
    expect(sent.find(({ key }) => key === 'AI_FLOW_INPUT')).toEqual({
      key: 'AI_FLOW_INPUT',
      value: 'costs $$5, $$HOME, %\u200BCI_JOB_TOKEN%, 5% of 6%',
      type: 'env_var',
    });
    expect(sent).toHaveLength(20);
  });

  it('stay under the limit of the environment, and say where they were cut', () => {
    const sent = variablesWithoutFlow(flowValues(handover({ input: 'x'.repeat(200_000) })));
    const input = sent.find(({ key }) => key === 'AI_FLOW_INPUT')?.value ?? '';
    expect(Buffer.byteLength(`AI_FLOW_INPUT=${input}\0`)).toBe(128 * 1024);
    expect(input).toMatch(/\[cut here by Beckon: the value was too long for a variable\]$/);
  });
});
