import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { BeckonError } from '../lib/errors.ts';
import type { Clock } from '../runs/ports.ts';
import type { CatchUpSource, CaughtUp } from '../runs/queue-ports.ts';
import { ANSWER_MS } from './settings.ts';
import type { SharedText } from './shared-text.ts';
import { unavailable } from './unavailable.ts';
import { within } from './within.ts';

/** Milliseconds by which two times of one and the same event may differ. */
const NEAR_MS = 60_000;
/** What is remembered of events that two sources may tell of; far more than happen between two looks. */
const MOST_TOLD = 5_000;

/** An event as it was told first; `delivered`: the time in its delivery, once there was one. */
const Told = z.object({ name: z.string(), at: z.number(), delivered: z.exactOptional(z.number()) });
type Told = z.output<typeof Told>;

const State = z.object({
  version: z.literal(1),
  /** Milliseconds since the epoch, by source. */
  upTo: z.record(z.string(), z.number()),
  told: z.array(Told),
});
type State = z.output<typeof State>;

function readState(text: string | undefined): State {
  if (text === undefined) return { version: 1, upTo: {}, told: [] };
  const read = State.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new BeckonError('caught_up_unreadable', 'Could not read how far we have caught up', {
    hint: 'Was it written by a newer Beckon? Start that version again.',
  });
}

/**
 * How far all processes have caught up, in a text that they share. Of all sources that the config has, the one that is
 * furthest behind counts, and none before it has told anything; so after a long time off nothing is too old before
 * each of them has told of it. Never further back than runs are kept, as an older one would not be known again.
 * Every call rejects with `queue_unavailable` where the queue does not answer within 2 s.
 */
export function createCaughtUp(
  text: SharedText,
  {
    config: { gitlab, agents, catchUp, limits, retention },
    clock,
  }: {
    readonly config: Pick<Config, 'gitlab' | 'agents' | 'catchUp' | 'limits' | 'retention'>;
    readonly clock: Clock;
  },
): CaughtUp {
  const hasTodos = catchUp.todos !== undefined;
  const sources: readonly CatchUpSource[] = [
    ...(hasTodos ? agents.map(({ name }) => `todos/${name}` as const) : []),
    ...(catchUp.hookEvents && gitlab.token !== undefined ? (['hookEvents'] as const) : []),
  ];

  function acceptsFrom({ upTo }: State): number {
    const now = clock();
    const furthestBehind = Math.min(now, ...sources.flatMap((source) => upTo[source] ?? []));
    return Math.max(furthestBehind, now - retention.runs) - limits.maxEventAge;
  }

  /** What is too old to act on need not be known any more. */
  function pruned(state: State): State {
    const from = acceptsFrom(state) - NEAR_MS;
    return { ...state, told: state.told.filter(({ at }) => at >= from).slice(-MOST_TOLD) };
  }

  async function update<T>(
    change: (state: State) => { readonly state: State; readonly result: T },
  ): Promise<T> {
    let result: T | undefined;
    try {
      await within(
        ANSWER_MS,
        text.update((before) => {
          const state = readState(before);
          const changed = change(state);
          result = changed.result;
          return changed.state === state && before !== undefined
            ? before
            : JSON.stringify(pruned(changed.state));
        }),
      );
    } catch (error) {
      throw error instanceof BeckonError ? error : unavailable('look up how far we have caught up', error);
    }
    return result as T;
  }

  return {
    acceptsFrom: () => update((state) => ({ state, result: acceptsFrom(state) })),
    upTo: () =>
      update((state) => ({
        state,
        result: Object.fromEntries(
          sources.flatMap((source) => {
            const at = state.upTo[source];
            return at === undefined ? [] : [[source, at]];
          }),
        ),
      })),
    moveTo: (source, at) =>
      update((state) => {
        const upTo = { ...state.upTo, [source]: Math.max(state.upTo[source] ?? at, at) };
        return { state: { ...state, upTo }, result: undefined };
      }),
    async timeOf({ name, at, by }) {
      if (!hasTodos) return at;
      return update((state) => {
        const known = state.told.filter((told) => told.name === name);
        const found = by === 'todo' ? nearest(known, at) : delivered(known, at);
        const told = { ...(found ?? { name, at }), ...(by === 'delivery' ? { delivered: at } : {}) };
        if (found !== undefined && found.delivered === told.delivered) return { state, result: found.at };
        const others = state.told.filter((other) => other !== found);
        return { state: { ...state, told: [...others, told] }, result: told.at };
      });
    },
  };
}

/** What a To-Do item is about: whatever was told of at about the same time. */
function nearest(known: readonly Told[], at: number): Told | undefined {
  return known
    .filter((told) => Math.abs(told.at - at) <= NEAR_MS)
    .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
}

/** What a delivery is about: the same delivery again, or what a To-Do item has told of and no delivery yet. */
function delivered(known: readonly Told[], at: number): Told | undefined {
  const undelivered = known.filter((told) => told.delivered === undefined);
  return known.find((told) => told.delivered === at) ?? nearest(undelivered, at);
}
