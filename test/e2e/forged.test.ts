import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicKeyOf } from '../../src/lib/signing-key.ts';
import { entryFor } from '../../src/setup/entry.ts';
import { describeWith } from '../support/needs.ts';
import { newSigningKey } from '../support/signing-key.ts';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

const PEM = newSigningKey();
const signers = publicKeyOf(PEM);

/** A project with one agent, whose job is given `chosen`. */
function open(name: 'gitlab-ci.yml' | 'gitlab-ci-inputs.yml', chosen: Readonly<Record<string, string>>) {
  const shipped = readFileSync(new URL(`../../config/ci/${name}`, import.meta.url), 'utf8');
  return openScene({
    byInputs: name === 'gitlab-ci-inputs.yml',
    agents: { pusher: { flow: '.gitlab/duo/flows/pusher.yaml', signingKey: PEM } },
    files: { '.gitlab-ci.yml': entryFor(shipped, '.gitlab/ci/main.yml', chosen) },
  });
}

/** The pipeline that the agent's run had, with all that Beckon sent. */
async function ownPipeline({ world, project, ...scene }: Scene) {
  const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
  world.comment({ issue, author: 'alice', body: '@pusher-bot please go for $5' });
  await noteSaying({ world, project, ...scene }, issue, /It opened the merge request/);
  const [own] = [...world.state.pipelines.values()].filter(({ source }) => source === 'api');
  if (own === undefined) throw new Error('the run had a pipeline');
  return own;
}

/** Has Alice, a Developer, start a pipeline on a branch of her own. */
async function startAs({ world, gitlab, project }: Scene, branch: string, body: object) {
  await world.createBranch({ project, by: 'alice', branch, ref: 'main' });
  const token = world.addToken({ user: 'alice', scopes: ['api'] }).value;
  const response = await fetch(`${gitlab.url}/api/v4/projects/${project.id}/pipeline`, {
    method: 'POST',
    headers: { 'PRIVATE-TOKEN': token, 'Content-Type': 'application/json' },
    body: JSON.stringify({ ref: branch, ...body }),
  });
  return { status: response.status, answer: (await response.json()) as { id?: number; message?: unknown } };
}

/** The log of the agent's job in a pipeline that failed. */
async function logOf({ world }: Scene, pipelineId: number): Promise<string> {
  const pipeline = () => world.state.pipelines.get(pipelineId)?.status;
  await until(
    () => `the pipeline to fail, which is ${pipeline()}`,
    () => pipeline() === 'failed',
    { ms: 60_000 },
  );
  const jobs = [...world.state.jobs.values()].filter((job) => job.pipelineId === pipelineId);
  return jobs.map(({ trace }) => trace).join('\n');
}

describeWith(['git'], 'a project whose job asks for a signature', () => {
  let scene: Scene;
  let branches = 0;

  describe.each([
    ['gitlab-ci.yml', 'variables'],
    ['gitlab-ci-inputs.yml', 'inputs'],
  ] as const)('with %s', (name, way) => {
    beforeAll(async () => {
      scene = await open(name, { signers });
    }, 60_000);
    afterAll(async () => {
      expect(scene.gitlab.violations).toEqual([]);
      await scene.close();
    }, 60_000);

    it("runs Beckon's runs, and nothing that a Developer copied of them", async () => {
      const own = await ownPipeline(scene);
      const sent =
        way === 'inputs'
          ? { inputs: own.inputs }
          : {
              variables: own.variables.map(({ key, value, variableType }) => ({
                key,
                value,
                variable_type: variableType,
              })),
            };
      expect(JSON.stringify(sent).toLowerCase()).toContain('ai_flow_signature');
      const { status, answer } = await startAs(scene, `workloads/own-${++branches}`, sent);
      expect([status, answer]).toEqual([201, expect.anything()]);
      const log = await logOf(scene, answer.id ?? 0);
      expect(log).toContain(
        'Beckon did not start this pipeline: it has no signature, or not one of what it sends, for this project and branch.',
      );
      expect(log).not.toContain('git checkout');
      expect(own.status).toBe('success');
    }, 120_000);
  });

  it('and names the accounts makes no job for a Developer at all', async () => {
    scene = await open('gitlab-ci.yml', { signers, accounts: 'pusher-bot' });
    try {
      const { variables } = await ownPipeline(scene);
      const copied = variables.map(({ key, value, variableType }) => ({
        key,
        value,
        variable_type: variableType,
      }));
      const { status, answer } = await startAs(scene, 'workloads/own', { variables: copied });
      expect([status, JSON.stringify(answer)]).toEqual([400, expect.stringMatching(/would have been empty/)]);
      expect(scene.log.join('\n')).not.toContain('PRIVATE KEY');
    } finally {
      await scene.close();
    }
  }, 120_000);
});
