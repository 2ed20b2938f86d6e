import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDeliveries } from '../../src/queue/deliveries.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('costs one write a second, however many deliveries there are, and none without any', async () => {
  const append = vi.fn(async () => {});
  const log = () => ({ append, entries: async () => [] });
  const deliveries = createDeliveries({ log }, { clock: Date.now, onError: () => {} });
  for (let nth = 0; nth < 300; nth += 1)
    deliveries.add({ by: 'delivery', outcome: 'ignored', event: 'note', noteId: nth });
  expect(append).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(append).toHaveBeenCalledTimes(1);
});

it('writes the newest of a flood every five seconds, as long as it lasts', async () => {
  const append = vi.fn(async (_entries: readonly string[]) => {});
  const log = () => ({ append, entries: async () => [] });
  const deliveries = createDeliveries({ log }, { clock: Date.now, onError: () => {} });
  const flood = async (seconds: number, perSecond: number) => {
    for (let nth = 0; nth < 10 * seconds; nth += 1) {
      for (let more = 0; more < perSecond / 10; more += 1)
        deliveries.add({ by: 'delivery', outcome: 'accepted', noteId: nth });
      await vi.advanceTimersByTimeAsync(100);
    }
  };
  await flood(11, 1_000);
  expect(append.mock.calls.map(([entries]) => entries.length)).toEqual([400, 400, 400]);
  // It is over with the next batch, which does not fill the list any more.
  await flood(10, 10);
  expect(append.mock.calls.slice(3).map(([entries]) => entries.length)).toEqual([
    expect.any(Number),
    10,
    10,
    10,
    10,
    10,
  ]);
  await deliveries.close();
});

it('keeps what could not be written for the next time, though never more than the list has', async () => {
  const written: string[] = [];
  let isAway = true;
  const faults: string[] = [];
  const append = async (entries: readonly string[]) => {
    if (isAway) throw new Error('away');
    written.push(...entries);
  };
  const deliveries = createDeliveries(
    { log: () => ({ append, entries: async () => written }) },
    { clock: Date.now, onError: ({ message }) => faults.push(message) },
  );
  const add = (noteId: number) => deliveries.add({ by: 'delivery', outcome: 'ignored', noteId });
  for (let nth = 0; nth < 300; nth += 1) add(nth);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(faults).toEqual([expect.stringContaining('away')]);
  for (let nth = 300; nth < 600; nth += 1) add(nth);
  isAway = false;
  await deliveries.close();
  expect(written.map((entry) => JSON.parse(entry).noteId)).toEqual(
    Array.from({ length: 400 }, (_, nth) => nth + 200),
  );
});

it('asks of a hundred in passing what they are, in a second, and takes all others down besides', async () => {
  const written: string[] = [];
  const append = async (entries: readonly string[]) => void written.push(...entries);
  const deliveries = createDeliveries(
    { log: () => ({ append, entries: async () => written }) },
    { clock: Date.now, onError: () => {} },
  );
  const tell = vi.fn(() => ({ by: 'delivery', outcome: 'ignored' }) as const);
  for (let nth = 0; nth < 150; nth += 1) deliveries.addInPassing(tell);
  deliveries.add({ by: 'delivery', outcome: 'accepted' });
  expect(tell).toHaveBeenCalledTimes(100);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written).toHaveLength(101);
  deliveries.addInPassing(tell);
  expect(tell).toHaveBeenCalledTimes(101);
  await deliveries.close();
});
