import { describe, expect, it } from 'vitest';
import type { OnBusy } from '../src/config/config.ts';
import { createPerform } from '../src/perform.ts';
import { Failure } from '../src/runs/failures.ts';
import { createNamedUsers } from '../src/runs/named-users.ts';
import { planRun } from '../src/runs/plan.ts';
import type { RunTurns } from '../src/runs/queue-ports.ts';
import type { Run } from '../src/runs/run.ts';
import { runState } from '../src/runs/state.ts';
import { config, trigger } from './builders/config.ts';
import { mention } from './builders/events.ts';
import { gitlabDouble } from './doubles/gitlab.ts';
import { silentObserver } from './doubles/observer.ts';
import { ratesDouble } from './doubles/rates.ts';
import { turnsDouble } from './doubles/turns.ts';

const LIMITS = { global: 1, perProject: 1, perAgent: 1, perUser: 1 };

/** Two runs, of which one may be active. */
function setUp({ onBusy = 'queue', request }: { onBusy?: OnBusy; request?: RunTurns['request'] } = {}) {
  const double = gitlabDouble();
  const turns = turnsDouble(LIMITS);
  const rule = trigger({ onBusy });
  let now = 0;
  const perform = createPerform({
    config: config({ triggers: [rule] }),
    stopOf: async () => undefined,
    gitlabOf: () => double.gitlab,
    parentOf: async () => undefined,
    isLetIn: createNamedUsers({ clock: () => now, unknown: () => {} }),
    rates: ratesDouble().port,
    turns: request === undefined ? turns.port : { ...turns.port, request },
    observer: silentObserver,
    clock: () => now,
    random: () => 1,
  });
  const plan = (id: number): Run => {
    const event = mention();
    const made = { ...event, note: { ...event.note, id } };
    return planRun({ event: made, trigger: rule }, { gitlabUrl: 'https://gitlab.example.com', now: id });
  };
  async function takeUp(run: Run) {
    const performed = await perform(run, {
      save: async () => {},
      confirm: async () => {},
      signal: new AbortController().signal,
      interruptions: 0,
    });
    return performed;
  }
  async function toTheEnd(start: Run): Promise<Run> {
    let run = start;
    for (let times = 0; times < 50; times += 1) {
      const performed = await takeUp(run);
      run = performed.run;
      if (performed.kind === 'done') return run;
      now = performed.at;
    }
    throw new Error('the run does not end');
  }
  const rival = plan(1);
  const run = plan(2);
  return { ...double, double, turns, takeUp, toTheEnd, rival, run };
}

const bodies = (notes: readonly { readonly body: string }[]) =>
  notes.map(({ body }) => body.split('\n')[0] ?? '');

describe('a run whose turn it is not', () => {
  it('says so, waits, and goes on in the same note when it is woken', async () => {
    const { turns, takeUp, toTheEnd, rival, run, notes, calls } = setUp();
    await turns.port.request(rival, 'queue');
    const waits = await takeUp(run);
    expect(waits).toMatchObject({ kind: 'wait', run: { step: 'turn' } });
    expect(runState(waits.run)).toBe('queued');
    expect(waits.kind === 'wait' && waits.at).toBeGreaterThanOrEqual(600_000);
    expect(bodies(notes)).toEqual(['⏳ Waiting for its turn: 1 run is ahead of this one.']);

    const again = await takeUp(waits.run);
    expect(again.kind).toBe('wait');
    expect(calls.filter((name) => name === 'createNote')).toHaveLength(1);

    await turns.port.release(rival.id);
    expect(turns.woken).toEqual([run.id]);
    expect(runState(await toTheEnd(again.run))).toBe('succeeded');
    expect(notes).toHaveLength(1);
    expect(bodies(notes)[0]).toMatch(/^✅ Agent has finished/);
    expect(turns.active()).toEqual([]);
  });

  it.each(['it waits on', 'its turn has come'])(
    'writes its note once when the answer to the first was lost, and %s',
    async (then) => {
      const { turns, takeUp, double, rival, run, notes } = setUp();
      await turns.port.request(rival, 'queue');
      let lost = false;
      double.failing((operation) => {
        if (operation !== 'createNote' || lost) return undefined;
        lost = true;
        return {
          when: 'after',
          error: new Failure('asking', { kind: 'transient', detail: 'no answer in time' }),
        };
      });
      const first = await takeUp(run);
      const hasCome = then === 'its turn has come';
      if (hasCome) await turns.port.release(rival.id);
      await takeUp(first.run);
      expect(notes).toHaveLength(1);
      expect(turns.waiting()).toEqual(hasCome ? [] : [run.id]);
    },
  );

  it('writes its note once when it has its turn after the answer to the first was lost', async () => {
    const { turns, takeUp, toTheEnd, double, rival, run, notes } = setUp();
    await turns.port.request(rival, 'queue');
    double.failing((operation) =>
      operation === 'createNote'
        ? { when: 'after', error: new Failure('asking', { kind: 'transient', detail: 'no answer in time' }) }
        : undefined,
    );
    const first = await takeUp(run);
    double.failing(() => undefined);
    await turns.port.release(rival.id);
    expect(runState(await toTheEnd(first.run))).toBe('succeeded');
    expect(notes).toHaveLength(1);
  });

  it('goes on without a note that somebody deleted while it waited', async () => {
    const { turns, takeUp, toTheEnd, double, rival, run } = setUp();
    await turns.port.request(rival, 'queue');
    const waits = await takeUp(run);
    await turns.port.release(rival.id);
    double.failing((operation) =>
      operation === 'editNote'
        ? {
            when: 'before',
            error: new Failure('asking', { kind: 'gone', status: 404, detail: '404 Not found' }),
          }
        : undefined,
    );
    expect(runState(await toTheEnd(waits.run))).toBe('succeeded');
  });

  it('is refused where the trigger says so, with a link to the note of the other', async () => {
    const { turns, toTheEnd, rival, run, notes } = setUp({ onBusy: 'refuse' });
    await turns.port.request({ ...rival, note: { id: 77, discussionId: undefined } }, 'refuse');
    expect(runState(await toTheEnd(run))).toBe('refused');
    expect(bodies(notes)[0]).toMatch(/is at work here already.*See \[its note\]\(https:.*#note_77\)/);
    expect(turns.active()).toEqual([rival.id]);
  });

  it('asks again later when the turns cannot be asked', async () => {
    let asked = 0;
    const { toTheEnd, run } = setUp({
      request: async () => {
        asked += 1;
        if (asked < 3) throw new Failure('asking', { kind: 'transient', detail: 'the queue is away' });
        return { kind: 'granted' };
      },
    });
    expect(runState(await toTheEnd(run))).toBe('succeeded');
    expect(asked).toBe(3);
  });
});

describe('a turn is given back', () => {
  it.each(['createNote', 'createBranch', 'createPipeline', 'pipeline'])(
    'when the run fails at %s',
    async (broken) => {
      const { turns, toTheEnd, double, rival, run } = setUp();
      double.failing((operation) =>
        operation === broken
          ? {
              when: 'before',
              error: new Failure('asking', { kind: 'permission', status: 403, detail: '403' }),
            }
          : undefined,
      );
      await toTheEnd(run);
      expect(turns.active()).toEqual([]);
      expect(await turns.port.request(rival, 'queue')).toEqual({ kind: 'granted' });
    },
  );

  it('when the run was refused before it had one', async () => {
    const { turns, toTheEnd, members, run } = setUp();
    members.clear();
    expect(runState(await toTheEnd(run))).toBe('refused');
    expect([...turns.active(), ...turns.waiting()]).toEqual([]);
  });

  it('when its agent is not in the config any more', async () => {
    const { turns, takeUp, toTheEnd, run } = setUp();
    await turns.port.request(run, 'queue');
    // Another process may have a newer config, in which it is.
    expect(await takeUp({ ...run, agent: 'nobody' })).toMatchObject({ kind: 'wait', at: 5_000 });
    expect(await toTheEnd({ ...run, agent: 'nobody' })).toMatchObject({
      outcome: { kind: 'not_started', error: 'The agent nobody is not in the config any more.' },
    });
    expect(turns.active()).toEqual([]);
  });
});
