import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config, Rate } from '../config/config.ts';
import { isOperators, type Project, type Resource } from '../events/event.ts';
import { Failure } from '../runs/failures.ts';
import type { RateName, RunRates } from '../runs/queue-ports.ts';
import type { Run } from '../runs/run.ts';
import { reasonOf } from './unavailable.ts';

/** Makes a counter that all processes on the queue's home share. */
export type LimiterOf = (name: string, rate: Rate) => RateLimiterAbstract;

/** In the order in which they are asked, the narrowest first: what is refused counts for none of them. */
const NAMES: readonly RateName[] = ['perObject', 'perAgent', 'perUser', 'perProject'];

/** Counts the runs that were started within a time, for all processes together. */
export function createRates(
  limiterOf: LimiterOf,
  {
    rates,
    now,
    onRefused,
  }: { rates: Config['limits']['rate']; now: () => number; onRefused: (name: RateName) => void },
): RunRates {
  const limiters = new Map(NAMES.map((name) => [name, limiterOf(name, rates[name])] as const));
  const said = new Map(
    NAMES.map((name) => [name, limiterOf(`said-${name}`, { ...rates[name], count: 1 })] as const),
  );

  return {
    async count(run) {
      const counted: (() => Promise<unknown>)[] = [];
      for (const name of NAMES) {
        const key = keyOf(name, run);
        const limiter = limiters.get(name);
        if (key === undefined || limiter === undefined) continue;
        const refusal = await consume(limiter, key);
        if (refusal === undefined) {
          counted.push(() => limiter.reward(key, 1));
          continue;
        }
        onRefused(name);
        for (const takeBack of counted) await takeBack().catch(() => {});
        const teller = said.get(name);
        const isFirst =
          teller !== undefined && (await consume(teller, `${key} ${whoAndWhere(run)}`)) === undefined;
        const again = new Date(now() + refusal.msBeforeNext).toISOString();
        return { kind: 'exceeded', name, rate: rates[name], again, isFirst };
      }
      return { kind: 'allowed' };
    },
    async resume({ agent, project, resource }) {
      await reached(limiters.get('perObject')?.delete(objectKey(project, resource)));
      await reached(limiters.get('perAgent')?.delete(agent));
    },
  };
}

/** `undefined`: it was counted; else how long it is too often. */
async function consume(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes | undefined> {
  try {
    await limiter.consume(key, 1);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error;
    throw away(error);
  }
}

async function reached(asked: Promise<unknown> | undefined): Promise<void> {
  await asked?.catch((error: unknown) => {
    throw away(error);
  });
}

function away(error: unknown): Failure {
  return new Failure('Could not count the run', { kind: 'transient', detail: reasonOf(error) });
}

function objectKey({ id }: Project, { type, iid }: Resource): string {
  return `${id} ${type} ${iid}`;
}

/** What a limit counts by; `undefined` where the run has nothing of the kind. */
function keyOf(name: RateName, { agent, event }: Pick<Run, 'agent' | 'event'>): string | undefined {
  const { project, resource, actor } = event;
  switch (name) {
    case 'perObject':
      return resource === undefined ? undefined : objectKey(project, resource);
    case 'perAgent':
      return agent;
    case 'perUser':
      return isOperators(event) ? undefined : String(actor.id ?? actor.username);
    case 'perProject':
      return String(project.id);
    default:
      return name satisfies never;
  }
}

function whoAndWhere({ event: { actor, project, resource } }: Run): string {
  return `${actor.id ?? actor.username} ${project.id} ${resource?.type} ${resource?.iid}`;
}
