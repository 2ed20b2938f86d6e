import fc from 'fast-check';
import type { OnBusy } from '../../src/config/config.ts';
import type { CommandName } from '../../src/events/command.ts';
import type { RateName } from '../../src/runs/queue-ports.ts';
import type { Fate } from './gitlab.ts';
import type { Trouble } from './trouble.ts';
import { inWords } from './words.ts';

/** One thing that happens in a play. */
export type Act =
  | {
      readonly do: 'ask';
      readonly who: Who;
      readonly agents: readonly AgentName[];
      readonly at: Item;
      readonly thread: number;
      readonly late: number;
      /** Milliseconds after which the same person wants it stopped. */
      readonly regret: number | undefined;
    }
  | { readonly do: 'assign' | 'unassign'; readonly who: Who; readonly agent: AgentName; readonly at: Item }
  | { readonly do: 'close'; readonly who: Who; readonly at: Item }
  | {
      readonly do: 'command';
      readonly who: Who;
      readonly agent: AgentName;
      readonly at: Item;
      readonly thread: number;
      readonly name: CommandName;
    }
  | { readonly do: 'deliver again'; readonly which: number }
  | { readonly do: 'cancel the pipelines' }
  | { readonly do: 'wait'; readonly ms: number }
  | ({ readonly do: 'trouble' } & Trouble)
  | { readonly do: 'a worker dies' | 'a worker is restarted'; readonly which: number }
  | { readonly do: 'a worker freezes'; readonly which: number; readonly ms: number }
  | { readonly do: 'the queue is away' | 'GitLab is away'; readonly ms: number };

export type Who = 'alice' | 'user6' | 'user7' | 'stranger';
export type AgentName = 'claude' | 'codex';
/** An item of a project: `web#12`, `blog!8`. */
export type Item = 'web#12' | 'web!8' | 'blog#12';

export interface Plan {
  readonly acts: readonly Act[];
  readonly limits: {
    readonly global: number;
    readonly perProject: number;
    readonly perAgent: number;
    readonly perUser: number;
  };
  /** The rate of which there is only one run an hour, if any. */
  readonly tightRate: RateName | undefined;
  readonly onBusy: Readonly<Record<AgentName, OnBusy>>;
  readonly fates: readonly Fate[];
  readonly paces: readonly number[];
  readonly concurrency: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const who = fc.constantFrom<Who>('alice', 'alice', 'user6', 'user7', 'stranger');
const agent = fc.constantFrom<AgentName>('claude', 'claude', 'codex');
const item = fc.constantFrom<Item>('web#12', 'web#12', 'web!8', 'blog#12');
/** 0 begins a new thread; others are those of earlier comments. */
const thread = fc.nat({ max: 3 });

const EFFECTS = ['createNote', 'createBranch', 'createPipeline', 'createMergeRequest', 'deleteBranch'];
const READS = [
  ...['accessLevel', 'membership', 'editNote', 'branch', 'changes'],
  ...['apiPipelines', 'pipeline', 'findNote', 'cancelPipeline'],
];
const OF_QUEUE = [
  'updateData',
  'extendLock',
  'moveToDelayed',
  'moveToFinished',
  'add',
  'consume',
  'writeTurns',
  'promote',
];

const ask = fc.record({
  do: fc.constant('ask' as const),
  who,
  agents: fc.constantFrom<readonly AgentName[]>(['claude'], ['claude'], ['codex'], ['claude', 'codex']),
  at: item,
  thread,
  late: fc.constantFrom(0, 0, 0, 300, 20 * SECOND),
  regret: fc.option(fc.integer({ min: 1, max: 4 * SECOND }), { nil: undefined, freq: 5 }),
});

const deed: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: ask },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('assign' as const, 'assign' as const, 'unassign' as const),
      who,
      agent,
      at: item,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      who,
      agent,
      at: item,
      thread,
      name: fc.constantFrom<CommandName>('stop', 'stop', 'stop', 'retry', 'retry', 'status', 'resume'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), who, at: item }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('deliver again' as const), which: fc.nat({ max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel the pipelines' as const }) },
);

function wait(): fc.Arbitrary<Act> {
  const ms = fc.oneof(
    fc.integer({ min: 1, max: 3 * SECOND }),
    fc.integer({ min: 1, max: 3 * SECOND }),
    fc.integer({ min: 3 * SECOND, max: 3 * MINUTE }),
    fc.integer({ min: 3 * MINUTE, max: 90 * MINUTE }),
  );
  return fc.record({ do: fc.constant('wait' as const), ms });
}

function trouble(
  operation: fc.Arbitrary<string>,
  what: fc.Arbitrary<Pick<Trouble, 'what' | 'when' | 'ms'>>,
): fc.Arbitrary<Act> {
  return fc
    .record({ operation, after: fc.nat({ max: 3 }), what })
    .map(({ operation, after, what }) => ({ do: 'trouble', operation, after, ...what }));
}

const failures = fc.constantFrom<Pick<Trouble, 'what' | 'when' | 'ms'>>(
  { what: 'lost', when: 'after' },
  { what: 'lost', when: 'after' },
  { what: '502', when: 'before' },
  { what: '429', when: 'before', ms: 90 * SECOND },
  { what: 'refused', when: 'before' },
);
/** What a run made without an answer, and cannot look for. */
const unseen: fc.Arbitrary<Act> = fc
  .record({
    pair: fc.constantFrom(
      ['createNote', 'findNote'] as const,
      ['createBranch', 'branch'] as const,
      ['createPipeline', 'apiPipelines'] as const,
      ['createMergeRequest', 'findMergeRequest'] as const,
    ),
    after: fc.nat({ max: 2 }),
  })
  .map(({ pair: [operation, then], after }) => ({
    do: 'trouble',
    operation,
    after,
    what: 'lost',
    when: 'after',
    then,
  }));
const deaths = fc.constantFrom<Pick<Trouble, 'what' | 'when' | 'ms'>>(
  { what: 'dies', when: 'before' },
  { what: 'dies', when: 'after' },
  { what: 'dies', when: 'after' },
);
/** Of a worker that has just done what it has to save, and is taken for dead. */
const freeze = fc.constant({ what: 'freezes', when: 'after', ms: 15 * SECOND } as const);
const breaks = fc.constantFrom<Pick<Trouble, 'what' | 'when' | 'ms'>>(
  { what: 'lost', when: 'before' },
  { what: 'lost', when: 'after' },
);

const fault: fc.Arbitrary<Act> = fc.oneof(
  trouble(fc.constantFrom(...EFFECTS), failures),
  trouble(fc.constantFrom(...EFFECTS), failures),
  trouble(fc.constantFrom(...EFFECTS), deaths),
  unseen,
  trouble(fc.constantFrom(...EFFECTS, 'extendLock'), freeze),
  trouble(fc.constantFrom(...READS), failures),
  trouble(fc.constantFrom(...READS), deaths),
  trouble(fc.constantFrom(...OF_QUEUE), deaths),
  trouble(fc.constantFrom(...OF_QUEUE), breaks),
  fc.record({
    do: fc.constantFrom('a worker dies' as const, 'a worker is restarted' as const),
    which: fc.nat({ max: 1 }),
  }),
  fc.record({
    do: fc.constant('a worker freezes' as const),
    which: fc.nat({ max: 1 }),
    ms: fc.constantFrom(5 * SECOND, 20 * SECOND, 2 * MINUTE),
  }),
  fc.record({
    do: fc.constant('the queue is away' as const),
    ms: fc.constantFrom(SECOND, 12 * SECOND, 3 * MINUTE),
  }),
  fc.record({
    do: fc.constant('GitLab is away' as const),
    ms: fc.constantFrom(5 * SECOND, 3 * MINUTE, 20 * MINUTE),
  }),
);

const fate = fc.record({
  end: fc.constantFrom<Fate['end']>('commits', 'commits', 'commits', 'nothing', 'failed', 'never'),
  ms: fc.constantFrom(SECOND, 20 * SECOND, 4 * MINUTE),
  told: fc.boolean(),
});
const onBusy = fc.constantFrom<OnBusy>('queue', 'queue', 'replace', 'refuse');
const limit = fc.integer({ min: 1, max: 3 });

/** Counterexamples are printed in words. */
function told(act: Act): Act {
  return { ...act, ...{ [fc.toStringMethod]: () => `‹${inWords(act)}›` } };
}

/** Plays without a fault, and plays with faults among what people do. */
export function plans({ faulty }: { faulty: boolean }): fc.Arbitrary<Plan> {
  const act = fc.oneof(
    { weight: 5, arbitrary: deed },
    { weight: 3, arbitrary: wait() },
    ...(faulty ? [{ weight: 3, arbitrary: fault }] : []),
  );
  return fc.record({
    acts: fc.array(act.map(told), { minLength: 1, maxLength: 30, size: 'max' }),
    limits: fc.record({
      global: fc.integer({ min: 1, max: 4 }),
      perProject: limit,
      perAgent: limit,
      perUser: limit,
    }),
    tightRate: fc.constantFrom<RateName | undefined>(
      undefined,
      undefined,
      undefined,
      undefined,
      'perUser',
      'perProject',
      'perAgent',
      'perObject',
    ),
    onBusy: fc.record({ claude: onBusy, codex: onBusy }),
    fates: fc.array(fate, { minLength: 1, maxLength: 4 }),
    paces: fc.array(fc.constantFrom(2, 40, 150, 700), { minLength: 1, maxLength: 5 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
  });
}
