import { describe, expect, test, vi } from 'vitest';
import { breather } from '../../src/queue/breather.ts';
import { keepTrying } from '../../src/queue/keep-trying.ts';
import { quiet } from '../../src/queue/quiet.ts';
import { reasonOf, unavailable } from '../../src/queue/unavailable.ts';
import { within } from '../../src/queue/within.ts';

/** A worker that knows whether it rests. */
function aWorker() {
  const worker = {
    resting: false,
    rests: 0,
    pause: async () => {
      worker.resting = true;
      worker.rests += 1;
    },
    resume: async () => {
      worker.resting = false;
    },
  };
  return worker;
}

describe('a worker that fails in a loop', () => {
  test('rests for a second, each time, and not when it is ending', () => {
    vi.useFakeTimers();
    try {
      let ending = false;
      const worker = aWorker();
      const rest = breather(worker, { clock: Date.now, ending: () => ending });
      const fail = (times: number): void => {
        for (let i = 0; i < times; i++) rest();
      };
      fail(19);
      expect(worker.resting).toBe(false);
      fail(500);
      expect(worker).toMatchObject({ resting: true, rests: 1 });
      vi.advanceTimersByTime(1_000);
      expect(worker.resting).toBe(false);
      fail(20);
      expect(worker).toMatchObject({ resting: true, rests: 2 });
      ending = true;
      vi.advanceTimersByTime(1_000);
      expect(worker.resting).toBe(true);
      fail(20);
      expect(worker.rests).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is told of once in ten seconds for each reason', () => {
    let now = 0;
    const told: string[] = [];
    const tell = quiet((error) => told.push(error.message), { clock: () => now });
    for (let i = 0; i < 3; i++) {
      tell(new Error('away'));
      tell(new Error('full'));
      now += 4_000;
    }
    expect(told).toEqual(['away', 'full']);
    tell(new Error('away'));
    expect(told).toEqual(['away', 'full', 'away']);
  });
});

describe('the reason of a failure', () => {
  test('is said even where the driver has no message', () => {
    const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    expect(reasonOf(refused)).toBe('ECONNREFUSED');
    expect(reasonOf(new AggregateError([refused, new Error('no route'), refused]))).toBe(
      'ECONNREFUSED, no route',
    );
    expect(reasonOf('plain')).toBe('plain');
  });

  test('leaves the driver and what it was doing out', () => {
    const error = unavailable('reach Redis', Object.assign(new Error('no'), { command: ['AUTH', 'secret'] }));
    expect(error.message).toBe('Could not reach Redis: no');
    expect(error.cause).toBeUndefined();
  });
});

describe('within', () => {
  test('gives the result, the failure, or a rejection in time', async () => {
    expect(await within(1_000, Promise.resolve(1))).toBe(1);
    await expect(within(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(within(10, new Promise(() => {}))).rejects.toThrow('no answer within 0.01 s');
  });
});

describe('the wait for a queue at start', () => {
  test('ends with what was wrong, not with a last attempt that was cut short', async () => {
    let attempts = 0;
    const attempt = async (): Promise<never> => {
      attempts += 1;
      if (attempts > 2) await new Promise(() => {});
      throw new Error('wrong password');
    };
    await expect(keepTrying('reach it', attempt, { ms: 1_200 })).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: 'Could not reach it: wrong password',
    });
    expect(attempts).toBe(3);
  });

  test('says so when there was no answer at all', async () => {
    const never = (): Promise<never> => new Promise(() => {});
    await expect(keepTrying('reach it', never, { ms: 100 })).rejects.toThrow(
      'Could not reach it: no answer within 0.1 s',
    );
  });
});
