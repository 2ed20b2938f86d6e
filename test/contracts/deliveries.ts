import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewDelivery } from '../../src/admin/deliveries.ts';
import type { Backend } from '../../src/queue/backend.ts';
import { createDeliveries } from '../../src/queue/deliveries.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { until } from '../support/until.ts';
import type { Home } from './run-queue.ts';

const comment = (noteId: number, more: Partial<NewDelivery> = {}): NewDelivery => ({
  by: 'delivery',
  outcome: 'ignored',
  event: 'note',
  project: 'acme/shop',
  noteId,
  ...more,
});

/** The list of deliveries, alike on every home; `apart`: several processes can be on it. */
export function describeDeliveries(name: string, home: Home, { apart }: { apart: boolean }): void {
  describe(`deliveries of late on ${name}`, () => {
    let where: Awaited<ReturnType<Home['open']>>;
    let backends: readonly [Backend, Backend];
    let time = 1_800_000_000_000;
    beforeAll(async () => {
      where = await home.open();
      const first = await openBackend(where);
      backends = [first, apart ? await openBackend(where) : first];
    }, 60_000);
    afterAll(async () => {
      for (const backend of new Set(backends ?? [])) await backend.close();
      await home.close();
    }, 60_000);

    /** The web processes on the home. */
    const processes = () =>
      backends.map((backend) =>
        createDeliveries(backend, {
          clock: () => {
            time += 1;
            return time;
          },
          onError: (error) => {
            throw error;
          },
        }),
      ) as [ReturnType<typeof createDeliveries>, ReturnType<typeof createDeliveries>];

    test('are there for every process within a moment, newest first, and after a restart', async () => {
      const [one, other] = processes();
      one.add(comment(1, { verdicts: [{ trigger: 'claude', matched: false, reason: 'No \u0000 \ud800.' }] }));
      one.add(comment(2));
      await until('they are written', async () => (await other.all()).length === 2, { ms: 20_000 });
      other.add(comment(3, { outcome: 'accepted', runs: ['r1'], ms: 4 }));
      await other.close();
      const [again] = processes();
      const all = await again.all();
      expect(all.map(({ noteId }) => noteId)).toEqual([3, 2, 1]);
      expect(all[0]).toMatchObject({ outcome: 'accepted', runs: ['r1'], ms: 4, user: null, times: 1 });
      expect(all[2]?.verdicts).toEqual([{ trigger: 'claude', matched: false, reason: 'No \u0000 \ud800.' }]);
    }, 60_000);

    test('are the newest of each kind: neither pipelines nor strangers push out comments', async () => {
      const [one, other] = processes();
      for (let nth = 0; nth < 500; nth += 1) {
        one.add({ by: 'delivery', outcome: 'ignored', event: 'pipeline', project: 'acme/shop' });
        other.add({ by: 'delivery', outcome: 'unauthorized', from: `192.0.2.${nth}` });
        if (nth === 250) await Promise.all([one.all(), other.all()]);
      }
      for (let nth = 0; nth < 410; nth += 1) one.add(comment(1_000 + nth));
      await Promise.all([one.close(), other.close()]);
      const all = await one.all();
      const count = (event: string | null) => all.filter((record) => record.event === event).length;
      expect([count('note'), count('pipeline'), count(null)]).toEqual([400, 400, 200]);
      expect(all.some(({ noteId }) => noteId === 1_009)).toBe(false);
      expect(all.some(({ noteId }) => noteId === 1_010)).toBe(true);
    }, 60_000);

    test('that one stranger sends at once are one line, and a long one is cut', async () => {
      const [one] = processes();
      for (let nth = 0; nth < 50; nth += 1)
        one.add({ by: 'delivery', outcome: 'forbidden', from: '198.51.100.7' });
      const verdicts = Array.from({ length: 100 }, (_, nth) => ({
        trigger: `trigger-${nth}`,
        matched: nth === 99,
        reason: 'x'.repeat(200),
      }));
      one.add(comment(7_000, { verdicts }));
      const all = await one.all();
      expect(all.filter(({ from }) => from === '198.51.100.7')).toMatchObject([{ times: 50 }]);
      const long = all.find(({ noteId }) => noteId === 7_000);
      expect(long?.verdicts[0]).toMatchObject({ trigger: 'trigger-99', matched: true });
      expect((long?.verdicts.length ?? 0) + (long?.leftOut ?? 0)).toBe(100);
      expect(JSON.stringify(long).length).toBeLessThanOrEqual(4_096);
    }, 60_000);
  });
}
