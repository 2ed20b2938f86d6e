import { type Random, randomOf } from './random.ts';

/** What GitLab has just done for a run when something strikes: its answer is not sent yet. */
const OF_RUNS = ['note', 'branch', 'pipeline', 'merge_request', 'edit'] as const;
/** `taken`: the program has just said that it took a delivery. */
export type Moment = (typeof OF_RUNS)[number] | 'taken';

/** How GitLab or the way to it fails. */
export const TROUBLES = ['cut before', 'cut after', '429', '502', 'slow', 'stale', 'down'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Something bad. Times are milliseconds. */
export type Act =
  /** SIGKILL at the moment, or at once; started again after `pause`. */
  | {
      readonly kind: 'kill';
      readonly who: 'web' | 'workers' | 'all';
      readonly when?: Moment;
      readonly pause: number;
    }
  /** SIGSTOP of all that perform runs, for longer than their locks live; others take their place meanwhile. */
  | { readonly kind: 'freeze'; readonly when: Moment }
  /** SIGTERM and a new start, one process after the other. */
  | { readonly kind: 'roll' }
  /** SIGKILL of the server that has the queue, and a new start after `pause`. */
  | { readonly kind: 'queue'; readonly pause: number }
  /** The connections to the queue break, or fall silent, and no new one is let through for so long. */
  | { readonly kind: 'line'; readonly how: 'cut' | 'silent'; readonly ms: number }
  | { readonly kind: 'gitlab'; readonly trouble: Trouble; readonly target: number; readonly ms: number };

export const ASKS = ['issue', 'same issue', 'thread', 'merge request', 'assign', 'review'] as const;

/** Somebody asks an agent for something. The choices are made when the time comes, by these numbers. */
export interface Wish {
  readonly kind: (typeof ASKS)[number];
  readonly agent: number;
  readonly person: number;
  readonly project: number;
  /** Which of the items or threads there are by then, at least 0 and less than 1. */
  readonly choice: number;
  /** GitLab delivers it again although it was taken. */
  readonly repeated: boolean;
}

interface At<T> {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly what: T;
}

export interface Schedule {
  /** Against the processes, one after the other, each once everything stands again after the last. */
  readonly blows: readonly Act[];
  /** Against the server of the queue and the line to it. */
  readonly outages: readonly At<Act>[];
  readonly troubles: readonly At<Act>[];
  readonly wishes: readonly At<Wish>[];
}

/** Milliseconds between two faults of GitLab. */
const TROUBLE_EVERY = 350;
/** Milliseconds between two outages of the queue. */
const OUTAGE_EVERY = 6_000;
/** More blows than there is time for in a second. */
const MOST_BLOWS = 2;

/**
 * All that is to happen within so many seconds. A function of the seed and of nothing else; only how many of the
 * blows there is time for is up to the machine.
 */
export function scheduleOf({
  seed,
  seconds,
  rate,
  calm,
}: {
  seed: number;
  seconds: number;
  /** Wishes in a second. */
  rate: number;
  /** How much rarer the outages are. */
  calm: number;
}): Schedule {
  const end = seconds * 1_000;
  const troubles = randomOf(`${seed} troubles`);
  const wishes = randomOf(`${seed} wishes`);
  const outages = randomOf(`${seed} outages`);
  const blows = randomOf(`${seed} blows`);
  const moments = times(end, OUTAGE_EVERY * calm, outages);
  const kinds = dealt(moments.length, () => outages.shuffle(outagesOf(outages)));
  return {
    blows: dealt(seconds * MOST_BLOWS, () => [...blows.shuffle(kills(blows)), freezeOf(blows)]),
    outages: moments.flatMap((at, index) => kinds.slice(index, index + 1).map((what) => ({ at, what }))),
    troubles: times(end, TROUBLE_EVERY, troubles).map((at) => ({ at, what: trouble(troubles) })),
    wishes: times(end, 1_000 / rate, wishes).map((at) => ({ at, what: wish(wishes) })),
  };
}

/** Times that are `every` apart on average. */
function times(end: number, every: number, random: Random): readonly number[] {
  const found: number[] = [];
  for (let at = 0; ; ) {
    at += Math.round(every * (0.5 + random.next()));
    if (at >= end) return found;
    found.push(at);
  }
}

/** One deck after the other: every kind comes before any comes again, so that short plays have all of them as well. */
function dealt(count: number, deck: () => readonly Act[]): readonly Act[] {
  const found: Act[] = [];
  while (found.length < count) found.push(...deck());
  return found;
}

function outagesOf(random: Random): readonly Act[] {
  return [
    { kind: 'queue', pause: random.between(500, 2_000) },
    { kind: 'line', how: 'cut', ms: random.between(1_000, 2_500) },
    { kind: 'line', how: 'silent', ms: random.between(1_000, 4_000) },
  ];
}

function kills(random: Random): readonly Act[] {
  const pause = () => random.between(50, 1_000);
  const who = () => random.pick(['workers', 'workers', 'all'] as const);
  return [
    ...OF_RUNS.map((when) => ({ kind: 'kill', who: who(), when, pause: pause() }) as const),
    { kind: 'kill', who: 'all', when: 'taken', pause: pause() },
    { kind: 'kill', who: 'web', pause: pause() },
    { kind: 'kill', who: 'all', pause: pause() },
    { kind: 'roll' },
  ];
}

/** Processes that were frozen go on with a request whose answer has come meanwhile. */
export function freezeOf(random: Random): Act {
  return { kind: 'freeze', when: random.pick(OF_RUNS) };
}

function trouble(random: Random): Act {
  const kinds = TROUBLES.filter((kind) => kind !== 'down');
  const kind = random.next() < 0.04 ? 'down' : random.pick(kinds);
  const ms = kind === 'down' ? random.between(500, 3_000) : random.between(200, 2_500);
  return { kind: 'gitlab', trouble: kind, target: random.next(), ms };
}

function wish(random: Random): Wish {
  return {
    kind: random.pick(['issue', 'issue', ...ASKS]),
    agent: random.pick([0, 0, 1, 2]),
    person: random.between(0, 7),
    project: random.between(0, 1),
    choice: random.next(),
    repeated: random.next() < 0.15,
  };
}
