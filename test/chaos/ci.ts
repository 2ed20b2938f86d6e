import { setTimeout as sleep } from 'node:timers/promises';
import type { Pipeline } from '../gitlab/world/records-project.ts';
import { randomOf } from './random.ts';
import { AGENTS, type ChaosScene } from './scene.ts';

/** Moves every pipeline that is made through the API as a runner and an agent would, in one to four seconds. */
export function runPipelines({ gitlab: { world }, accounts }: ChaosScene, seed: number): void {
  const random = randomOf(`${seed} pipelines`);

  async function move({ id, projectId, ref, userId }: Pipeline): Promise<void> {
    const agent = AGENTS[accounts.findIndex((account) => account.id === userId)];
    await sleep(random.between(200, 1_500));
    world.startPipeline({ id });
    await sleep(random.between(500, 2_500));
    if (agent?.does === 'commits') {
      const actions = [{ action: 'create', path: `agent/${id}.txt`, content: 'done\n' } as const];
      await world.commit({ project: projectId, by: userId, branch: ref, message: 'Work', actions });
    }
    world.finishPipeline({ pipeline: { id }, status: agent?.does === 'fails' ? 'failed' : 'success' });
  }

  world.listen((event) => {
    if (event.type === 'pipeline' && event.pipeline.status === 'pending') void move(event.pipeline);
  });
}
