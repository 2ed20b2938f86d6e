import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/queue/backend.ts';
import { createClaims } from '../../src/queue/claims.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import type { Home } from './run-queue.ts';

/** How a home must remember signed deliveries; `apart`: several processes can be on it. */
export function describeClaims(name: string, home: Home, { apart }: { apart: boolean }): void {
  describe(`signed deliveries on ${name}`, () => {
    let backends: readonly [Backend, Backend];

    beforeAll(async () => {
      const where = await home.open();
      const first = await openBackend(where);
      backends = [first, apart ? await openBackend(where) : first];
    }, 60_000);
    afterAll(async () => {
      for (const backend of new Set(backends ?? [])) await backend.close();
      await home.close();
    }, 60_000);

    /** The web processes on the home. */
    const processes = () => backends.map((backend) => createClaims(backend.limiterOf));
    const NOW = 1_800_000_000;

    test('are new once, to whichever process they come', async () => {
      const head = { id: randomUUID(), timestamp: NOW };
      const [one, other] = processes();
      const answers = await Promise.all([one?.(head), other?.(head), one?.(head), other?.(head)]);
      expect(answers.filter((isNew) => isNew)).toHaveLength(1);
      expect(answers.filter((isNew) => isNew === false)).toHaveLength(3);
    });

    test('are new with another timestamp, as GitLab resends them, and with another id', async () => {
      const [one, other] = processes();
      const id = randomUUID();
      expect(await one?.({ id, timestamp: NOW })).toBe(true);
      expect(await other?.({ id, timestamp: NOW + 1 })).toBe(true);
      expect(await other?.({ id: `${id}0`, timestamp: NOW })).toBe(true);
      expect(await one?.({ id, timestamp: NOW + 1 })).toBe(false);
    });

    test('may have an id of any length', async () => {
      const head = { id: `${randomUUID()}${'x'.repeat(10_000)}`, timestamp: NOW };
      const [one, other] = processes();
      expect([await one?.(head), await other?.(head)]).toEqual([true, false]);
    });

    test('are remembered for as long as a signature can count', async () => {
      const limiter = backends[0].limiterOf('deliveries', { count: 1, per: 600_000 });
      const asked: string[] = [];
      const claim = createClaims((limit, rate) => {
        expect([limit, rate]).toEqual(['deliveries', { count: 1, per: 600_000 }]);
        const consume = limiter.consume.bind(limiter);
        limiter.consume = (key, ...rest) => {
          asked.push(String(key));
          return consume(key, ...rest);
        };
        return limiter;
      });
      await claim({ id: randomUUID(), timestamp: NOW });
      const kept = await limiter.get(asked[0] ?? '');
      expect(kept?.msBeforeNext).toBeGreaterThan(540_000);
      expect(kept?.msBeforeNext).toBeLessThanOrEqual(601_000);
    });
  });
}
