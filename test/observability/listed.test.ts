import { expect, it } from 'vitest';
import { listed } from '../../src/observability/delivery-observer.ts';
import { createReceive } from '../../src/receive.ts';
import { config } from '../builders/config.ts';
import { NOW, notePayload } from '../builders/payloads.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { deliveriesDouble } from '../doubles/deliveries.ts';
import { silentObserver } from '../doubles/observer.ts';

it('what catching up found is among the deliveries, as a webhook would have told it', async () => {
  const { deliveries, kept } = deliveriesDouble();
  const told: string[] = [];
  const receive = createReceive({
    config: config(),
    queue: { add: async () => ({ duplicate: true }), addCommand: async () => {}, wake: async () => {} },
    caughtUp: caughtUpDouble(),
    observer: listed({ ...silentObserver, received: (_received, { by }) => told.push(by) }, deliveries),
    clock: () => NOW,
    by: 'todo',
  });
  await receive({ event: undefined, payload: notePayload('@claude-bot please') });
  expect(told).toEqual(['todo']);
  expect(kept).toMatchObject([
    {
      by: 'todo',
      outcome: 'duplicate',
      project: 'acme/web/shop',
      noteId: 9001,
      user: 'alice',
      runs: [expect.any(String)],
    },
  ]);
});
