import { expect, it } from 'vitest';
import { createReceive } from '../../src/receive.ts';
import { config, trigger } from '../builders/config.ts';
import { NOW, notePayload } from '../builders/payloads.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { silentObserver } from '../doubles/observer.ts';
import { setUpAdmin } from './admin-set-up.ts';
import { setUp } from './set-up.ts';

const about = {
  by: 'delivery',
  event: 'note',
  project: 'acme/web/shop',
  item: { type: 'issue', iid: 12 },
  noteId: 9001,
  user: 'alice',
};

it('takes down what a delivery is about, what it was answered and why, trigger by trigger', async () => {
  const { deliver, delivered } = setUp();
  await deliver(notePayload('@claude-bot a secret plan'));
  await deliver(notePayload('a secret plan'));
  await deliver({ object_kind: 'deployment', project: { path_with_namespace: 'acme/web/shop' } });
  expect(delivered).toMatchObject([
    {
      ...about,
      outcome: 'accepted',
      verdicts: [{ trigger: 'claude', matched: true, reason: '@alice mentioned @claude-bot on issue 12.' }],
      runs: [expect.any(String)],
      ms: expect.any(Number),
    },
    { ...about, outcome: 'ignored', reason: 'The comment mentions nobody.', verdicts: [] },
    { outcome: 'ignored', event: 'deployment', reason: 'Nothing is set up for "deployment" events.' },
  ]);
  expect(JSON.stringify(delivered)).not.toMatch(/secret plan|Checkout fails/);
});

it('takes down nothing of a delivery without a proof but its address', async () => {
  const { deliver, delivered } = setUp();
  await deliver(notePayload('@claude-bot go'), { 'x-gitlab-token': 'a guess' });
  expect(delivered).toEqual([
    {
      by: 'delivery',
      outcome: 'unauthorized',
      from: '192.0.2.1',
      reason: expect.stringContaining('no token'),
      ms: expect.any(Number),
    },
  ]);
});

it('says of a proven delivery that the queue was away for it', async () => {
  const add = async () => {
    const { BeckonError } = await import('../../src/lib/errors.ts');
    throw new BeckonError('queue_unavailable', 'away');
  };
  const { deliver, delivered } = setUp({ add });
  expect((await deliver(notePayload('@claude-bot go'))).statusCode).toBe(503);
  expect(delivered).toMatchObject([{ ...about, outcome: 'unavailable' }]);
});

it('of something confidential keeps no reason that repeats what is in it', async () => {
  const rules = [trigger({ name: 'open' }), trigger({ name: 'other', events: new Set(['label']) })];
  const receive = createReceive({
    config: config({ triggers: rules }),
    queue: { add: async () => ({ duplicate: false }), addCommand: async () => {}, wake: async () => {} },
    caughtUp: caughtUpDouble(),
    observer: silentObserver,
    clock: () => NOW,
  });
  const { deliver, delivered } = setUp({ receive });
  await deliver(notePayload('@claude-bot @secret-plan go', { issue: { confidential: true } }));
  await deliver(notePayload('@secret-plan go', { event_type: 'confidential_note' }));
  expect(delivered[0]).toMatchObject({
    confidential: true,
    verdicts: [
      { trigger: 'open', reason: expect.stringContaining('confidential: true') },
      { trigger: 'other', reason: '' },
    ],
  });
  expect(JSON.stringify(delivered)).not.toContain('secret-plan');
});

it('lists deliveries newest first, page by page, narrowed by what stands in the address', async () => {
  let time = NOW;
  const { api, deliveries } = setUpAdmin([], {
    clock: () => {
      time += 1;
      return time;
    },
  });
  for (const noteId of [1, 2, 3, 4, 5])
    deliveries.add({ by: 'delivery', outcome: 'ignored', event: 'note', project: 'acme/shop', noteId });
  deliveries.add({ by: 'delivery', outcome: 'accepted', event: 'issue', project: 'other/docs' });
  const list = async (query: string) => (await api('GET', `/api/deliveries?${query}`)).body;
  const pages = [await list('limit=4')];
  pages.push(await list(`limit=4&after=${encodeURIComponent(pages[0].next)}`));
  expect(pages.flatMap(({ deliveries }) => deliveries).map(({ noteId }) => noteId)).toEqual([
    null,
    5,
    4,
    3,
    2,
    1,
  ]);
  expect(pages[1].next).toBeNull();
  expect((await list('outcome=accepted')).deliveries).toHaveLength(1);
  expect((await list('project=acme/**&event=note')).deliveries).toHaveLength(5);
  expect((await list('event=push')).deliveries).toEqual([]);
  for (const wrong of ['outcome=lost', 'project=', 'limit=0'])
    expect((await api('GET', `/api/deliveries?${wrong}`)).status, wrong).toBe(400);
});
