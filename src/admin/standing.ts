import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { QueueDepth, RunQueue } from '../runs/queue-ports.ts';
import type { Claim } from '../turns/claim.ts';
import type { Turns } from '../turns/turns.ts';

/** Projects that are told of, those with the most runs. */
const MOST_PROJECTS = 20;

const count = z.number().int();
const used = { active: count, waiting: count, limit: count };

/** How many runs have a turn and wait for one, against `limits.runs`, and which agents have had enough for now. */
export const Standing = z
  .object({
    ...used,
    agents: z.array(
      z.object({
        name: z.string(),
        ...used,
        pausedUntil: z
          .string()
          .nullable()
          .describe('Until then the agent starts nothing more, by `limits.rate.perAgent`.'),
      }),
    ),
    projects: z
      .array(z.object({ path: z.string().nullable(), id: count, ...used }))
      .describe('The 20 with the most runs; null is one whose runs are all gone.'),
  })
  .meta({ id: 'Standing' });
export type Standing = z.output<typeof Standing>;

/** What the queue's home says of turns and rates. */
export interface Usage {
  turns(): Promise<Turns>;
  /** ISO 8601; `undefined`: the agent may start runs. */
  pausedUntil(agent: string): Promise<string | undefined>;
}

/** Says how the limits are used now. Rejects with `queue_unavailable` where the queue does not answer. */
export function createStanding({
  config: { agents, limits },
  usage,
  queue,
}: {
  readonly config: Pick<Config, 'agents' | 'limits'>;
  readonly usage: Usage;
  readonly queue: Pick<RunQueue, 'find'>;
}): () => Promise<Standing> {
  const { global, perAgent, perProject } = limits.runs;
  return async () => {
    const turns = await usage.turns();
    const all = [...turns.active, ...turns.waiting];
    const usedBy = (is: (claim: Claim) => boolean) => ({
      active: turns.active.filter(is).length,
      waiting: turns.waiting.filter(is).length,
    });
    const ofProject = ({ project: id, id: runId }: Claim) => ({
      id,
      runId,
      limit: perProject,
      ...usedBy(({ project }) => project === id),
    });
    const firsts = new Map(all.toReversed().map((claim) => [claim.project, claim]));
    const busiest = [...firsts.values()]
      .map(ofProject)
      .sort((a, b) => b.active + b.waiting - a.active - a.waiting)
      .slice(0, MOST_PROJECTS);
    return {
      ...usedBy(() => true),
      limit: global,
      agents: await Promise.all(
        agents.map(async ({ name }) => ({
          name,
          limit: perAgent,
          ...usedBy(({ agent }) => agent === name),
          pausedUntil: (await usage.pausedUntil(name)) ?? null,
        })),
      ),
      projects: await Promise.all(
        busiest.map(async ({ runId, ...project }) => ({
          ...project,
          path: (await queue.find(runId))?.event.project.path ?? null,
        })),
      ),
    };
  };
}

/** Jobs of the queue by state, for the answers of the API. */
export const Depth = z.object({
  waiting: count,
  active: count,
  delayed: count,
  completed: count,
  failed: count,
}) satisfies z.ZodType<QueueDepth>;
