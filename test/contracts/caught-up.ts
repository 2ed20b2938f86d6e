import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/queue/backend.ts';
import { createCaughtUp } from '../../src/queue/caught-up.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import type { CaughtUp } from '../../src/runs/queue-ports.ts';
import { agent, config, trigger } from '../builders/config.ts';
import type { Home } from './run-queue.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-02T10:00:00Z');

/** What is known of how far has been caught up, alike on every home; `apart`: several processes can be on it. */
export function describeCaughtUp(name: string, home: Home, { apart }: { apart: boolean }): void {
  describe(`how far has been caught up, on ${name}`, () => {
    /** Two ways to the same home. */
    let backends: readonly [Backend, Backend];
    beforeAll(async () => {
      const where = await home.open();
      const first = await openBackend(where);
      backends = [first, apart ? await openBackend(where) : first];
    }, 30_000);
    beforeEach(() =>
      backends[0].text('caught-up').update(() => JSON.stringify({ version: 1, upTo: {}, told: [] })),
    );
    afterAll(async () => {
      for (const backend of new Set(backends ?? [])) await backend.close();
      await home.close();
    }, 30_000);

    const both = config({
      agents: [agent(), agent({ name: 'codex', account: 'codex-bot' })],
      triggers: [trigger()],
      retention: { runs: 30 * DAY },
    });
    const open = (which: 0 | 1 = 0, now = NOW, fields = both): CaughtUp =>
      createCaughtUp(backends[which].text('caught-up'), { config: fields, clock: () => now });

    test('is now where nothing is known, and then where the source is that is furthest behind', async () => {
      expect(await open().acceptsFrom()).toBe(NOW - HOUR);
      await open().moveTo('todos/claude', NOW);
      await open(1).moveTo('todos/codex', NOW - HOUR);
      expect(await open(1, NOW + 2 * DAY).acceptsFrom()).toBe(NOW - 2 * HOUR);
    });

    test('goes forward only, and leaves out agents and sources that the config has no more', async () => {
      await open().moveTo('todos/claude', NOW);
      await open().moveTo('todos/claude', NOW - HOUR);
      await open().moveTo('todos/former', NOW - DAY);
      await open().moveTo('hookEvents', NOW - DAY);
      expect(await open().acceptsFrom()).toBe(NOW - HOUR);
      const off = { ...both, catchUp: { todos: undefined, hookEvents: false } };
      expect(await open(0, NOW + DAY, off).acceptsFrom()).toBe(NOW + DAY - HOUR);
    });

    test('says how far each source has come that the config has', async () => {
      expect(await open().upTo()).toEqual({});
      await open().moveTo('todos/claude', NOW);
      await open().moveTo('todos/former', NOW);
      expect(await open(1).upTo()).toEqual({ 'todos/claude': NOW });
    });

    test('reaches no further back than runs are kept', async () => {
      await open().moveTo('todos/claude', NOW);
      expect(await open(0, NOW + 90 * DAY).acceptsFrom()).toBe(NOW + 60 * DAY - HOUR);
    });

    test('what two sources tell of at about the same time is one, whoever is first', async () => {
      const told = (at: number, by: 'delivery' | 'todo') => ({ name: 'claude 7:issue:12:assign', at, by });
      expect(await open().timeOf(told(NOW, 'todo'))).toBe(NOW);
      expect(await open(1).timeOf(told(NOW - 60_000, 'delivery'))).toBe(NOW);
      expect(await open().timeOf(told(NOW - 60_000, 'delivery'))).toBe(NOW);
      expect(await open().timeOf(told(NOW + 120_000, 'delivery'))).toBe(NOW + 120_000);
      expect(await open(1).timeOf(told(NOW + 70_000, 'todo'))).toBe(NOW + 120_000);
      expect(await open().timeOf({ ...told(NOW, 'todo'), name: 'claude 7:issue:13:assign' })).toBe(NOW);
    });

    test('of many that tell of one thing at the same moment all are given the same time', async () => {
      const tell = (by: 'delivery' | 'todo', at: number, which: 0 | 1) =>
        open(which).timeOf({ name: 'claude 7:issue:12:assign', at, by });
      const times = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          index % 2 === 0 ? tell('delivery', NOW, 0) : tell('todo', NOW + 4_000, 1),
        ),
      );
      expect(new Set(times).size).toBe(1);
    });

    test('what is too old to act on is forgotten', async () => {
      const at = NOW - HOUR;
      await open().timeOf({ name: 'claude 7:issue:12:assign', at, by: 'delivery' });
      await open(0, NOW + 2 * HOUR).moveTo('todos/claude', NOW + 2 * HOUR);
      let kept: string | undefined;
      await backends[0].text('caught-up').update((text) => {
        kept = text;
        return text ?? '';
      });
      expect(JSON.parse(kept ?? '')).toMatchObject({ told: [] });
    });
  });
}
