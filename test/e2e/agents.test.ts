import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

const FLOW = '.gitlab/duo/flows/passing-on.yaml';
const AGENTS = { ping: { flow: FLOW }, pong: { flow: FLOW } };

/** An agent that writes, as its account, a comment for the other one in the thread, and does nothing else. */
const PASSING_ON = `
image: node:24-slim
commands:
  - |
    node --input-type=module --eval '
      const { CI_API_V4_URL, CI_PROJECT_ID, AI_FLOW_RESOURCE_IID, AI_FLOW_DISCUSSION_ID } = process.env;
      const { AI_FLOW_AGENT, AI_FLOW_GITLAB_TOKEN } = process.env;
      const thread = \`\${CI_API_V4_URL}/projects/\${CI_PROJECT_ID}/issues/\${AI_FLOW_RESOURCE_IID}/discussions/\${AI_FLOW_DISCUSSION_ID}\`;
      const headers = { "private-token": AI_FLOW_GITLAB_TOKEN, "content-type": "application/json" };
      const body = JSON.stringify({ body: \`@\${AI_FLOW_AGENT === "ping" ? "pong" : "ping"}-bot your turn\` });
      const response = await fetch(\`\${thread}/notes\`, { method: "POST", headers, body });
      if (!response.ok) throw new Error(\`\${response.status}\`);
    '
`;

/** A trigger by which one agent may ask the other. */
const letAsk = (asker: string, agent: string) => ({
  name: `${agent}-for-${asker}`,
  agent,
  events: ['mention'],
  projects: ['acme/**'],
  allowAgents: [asker],
});

describeWith(['git'], 'two agents that ask each other for ever', () => {
  let scene: Scene | undefined;
  afterEach(async () => {
    await scene?.close();
  }, 60_000);

  /** What becomes of a request of alice's, where the fourth run is refused for `why`. */
  async function playOut(limits: object, why: RegExp) {
    const opened = await openScene({
      agents: AGENTS,
      files: { [FLOW]: PASSING_ON },
      triggers: [letAsk('ping', 'pong'), letAsk('pong', 'ping')],
      limits,
    });
    scene = opened;
    const { world, project, log } = opened;
    const issue = world.openIssue({ project, author: 'alice', title: 'Table tennis' });
    world.comment({ issue, author: 'alice', body: '@ping-bot begin' });
    await noteSaying(opened, issue, why, { ms: 90_000 });
    const finished = () => log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'run finished');
    await until('all four runs are over', () => finished().length === 4, { ms: 60_000 });
    await opened.gitlab.webhooksSettled();
    const queued = log.filter((line) => line.includes('run queued'));
    expect(queued).toHaveLength(4);
    const notes = opened.botNotes(issue).map(({ body }) => body.replaceAll('\\', ''));
    return { finished: finished(), notes, progress: notes.filter((body) => body.includes('beckon:run=')) };
  }

  it('stop at the depth limit, all on behalf of the person who began', async () => {
    const { finished, notes, progress } = await playOut({}, /as often in a row as they may/);
    expect(finished.map(({ agent, state }) => `${agent} ${state}`).sort()).toEqual(
      ['ping succeeded', 'ping succeeded', 'pong succeeded', 'pong refused'].sort(),
    );
    const asked = finished.filter(({ askedBy }) => askedBy !== undefined);
    expect(asked.map(({ onBehalfOf }) => onBehalfOf)).toEqual(['alice', 'alice', 'alice']);
    expect(asked.map(({ askedBy }) => askedBy.depth).sort()).toEqual([1, 2, 3]);
    expect(notes.filter((body) => /your turn/.test(body))).toHaveLength(3);
    expect(progress).toHaveLength(4);
    expect(progress.filter((body) => body.includes('Asked by @ping-bot on behalf of @alice.'))).toHaveLength(
      2,
    );
    expect(progress.filter((body) => body.includes('Asked by @pong-bot on behalf of @alice.'))).toHaveLength(
      1,
    );
    expect(progress.filter((body) => /limits\.agentDepth of Beckon's config is 2/.test(body))).toHaveLength(
      1,
    );
  }, 180_000);

  it('stop at the limit on their issue, where the depth lets them go on', async () => {
    const limits = { agentDepth: 10, rate: { perObject: '3/h' } };
    const { finished, progress } = await playOut(limits, /come too often/);
    expect(finished.filter(({ state }) => state === 'succeeded')).toHaveLength(3);
    expect(progress.filter((body) => /Requests on this issue come too often/.test(body))).toHaveLength(1);
  }, 180_000);
});
