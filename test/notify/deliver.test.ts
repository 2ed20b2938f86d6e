import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { summaryOf } from '../../src/admin/view.ts';
import type { Receiver } from '../../src/config/config.ts';
import { openTransport } from '../../src/gitlab/transport.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createDeliver, type NoticeOutcome } from '../../src/notify/deliver.ts';
import { createPost } from '../../src/notify/post.ts';
import { receiver } from '../builders/receiver.ts';
import { aFullRun } from '../queue/a-run.ts';
import { freePort } from '../support/free-port.ts';
import { proxies, proxyServer } from '../support/outgoing.ts';
import { startReceiver } from '../support/receiver.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const summary = summaryOf(aFullRun(), 0);
const HOUR = 3_600_000;

async function open(options: Parameters<typeof startReceiver>[0] = {}) {
  const opened = await startReceiver(options);
  onTestFinished(() => opened.close());
  return opened;
}

async function setUp(url: string, fields: Omit<Partial<Receiver>, 'url'> = {}, places = 20) {
  const dispatcher = await openTransport({ caFile: undefined });
  onTestFinished(() => dispatcher.destroy());
  const outcomes: NoticeOutcome[] = [];
  let slept = 0;
  const deliver = createDeliver({
    receivers: [receiver({ url, ...fields })],
    post: createPost(dispatcher),
    places,
    page: () => undefined,
    observer: { notified: (_notice, outcome) => void outcomes.push(outcome) },
    clock: () => Date.now() + slept,
  });
  const since = Date.now();
  const send = (name = 'chat', signal = new AbortController().signal) =>
    deliver({ receiver: name, summary }, { since, signal });
  return {
    send,
    outcomes,
    pass: (ms: number) => {
      slept += ms;
    },
  };
}

describe('a notice', () => {
  it('is the run as the API has it, signed as Standard Webhooks has it', async () => {
    const { url, posts } = await open();
    const { send, outcomes } = await setUp(`${url}/hook?key=k&token=t`, { secret: new Secret(KEY) });
    expect(await send()).toBeUndefined();
    expect(outcomes).toEqual([{ kind: 'delivered' }]);
    const [post] = posts;
    expect(post?.path).toBe('/hook?key=k&token=t');
    expect(JSON.parse(post?.body ?? '')).toEqual(summary);
    const headers = post?.headers as Record<string, string>;
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': `${summary.id}.failed`,
    });
    expect(new Webhook(KEY).verify(post?.body ?? '', headers)).toEqual(summary);
    expect(() => new Webhook(KEY).verify(`${post?.body} `, headers)).toThrow();
  });

  it('without a secret is not signed', async () => {
    const { url, posts } = await open();
    await (await setUp(url)).send();
    expect(Object.keys(posts[0]?.headers ?? {})).not.toContain('webhook-signature');
  });

  it('is a text for a chat', async () => {
    const { url, posts } = await open();
    await (await setUp(url, { format: 'slack' })).send();
    expect(JSON.parse(posts[0]?.body ?? '')).toEqual({ text: expect.stringMatching(/^❌ claude failed on/) });
  });

  it('holds no secret that somebody let slip', async () => {
    const { url, posts } = await open();
    const slipped = new Secret('glpat-that-slipped-out');
    const { send } = await setUp(url);
    Object.assign(summary, { result: `401 ${slipped.reveal()}` });
    onTestFinished(() => void Object.assign(summary, { result: 'script failure' }));
    await send();
    expect(posts[0]?.body).toContain('401 [secret]');
  });

  it.each([301, 302, 307, 400, 404, 410, 429, 500])(
    'that is answered with %i is tried again',
    async (status) => {
      const { url } = await open({ answer: (response) => response.writeHead(status).end() });
      const { send, outcomes } = await setUp(url);
      expect(await send()).toBeGreaterThanOrEqual(5_000);
      expect(outcomes).toMatchObject([{ kind: 'failed', reason: `it answered ${status}` }]);
    },
  );

  it('goes nowhere else, whatever the answer says', async () => {
    const other = await open();
    const { url } = await open({
      answer: (response) => response.writeHead(307, { location: other.url }).end(),
    });
    const { send } = await setUp(url, { secret: new Secret(KEY) });
    await send();
    expect(other.posts).toEqual([]);
  });

  it('to an address at which nobody listens is tried ever more rarely, and given up after hours', async () => {
    const { send, outcomes, pass } = await setUp(`http://127.0.0.1:${await freePort()}/secret-path`);
    const waits: number[] = [];
    for (let wait = await send(); wait !== undefined && waits.length < 100; wait = await send()) {
      waits.push(wait);
      pass(wait);
    }
    expect(waits.length).toBeGreaterThan(12);
    expect(waits.length).toBeLessThan(40);
    expect(Math.max(...waits)).toBe(900_000);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(3 * HOUR);
    expect(outcomes.at(-1)).toEqual({ kind: 'given_up', reason: expect.stringContaining('ECONNREFUSED') });
    expect(JSON.stringify(outcomes)).not.toContain('secret-path');
  });

  it('that nobody answers is let go after ten seconds', { timeout: 30_000 }, async () => {
    const { url } = await open({ answer: () => {} });
    const { send, outcomes } = await setUp(url);
    const began = Date.now();
    await send();
    expect(Date.now() - began).toBeGreaterThan(9_000);
    expect(outcomes).toMatchObject([{ kind: 'failed', reason: 'no answer in time' }]);
  });

  it('is delivered whatever follows on the status', async () => {
    const { url } = await open({ answer: (response) => response.writeHead(200).write('x'.repeat(100_000)) });
    const { send, outcomes } = await setUp(url);
    await send();
    expect(outcomes).toEqual([{ kind: 'delivered' }]);
  });

  it('is let go when the process stops', async () => {
    const { url, posts } = await open({ answer: () => {} });
    const { send, outcomes } = await setUp(url);
    const stopping = new AbortController();
    const sending = send('chat', stopping.signal);
    while (posts.length === 0) await sleep(10);
    stopping.abort(new Error('Beckon is shutting down'));
    expect(await sending).toBe(5_000);
    expect(outcomes).toMatchObject([{ kind: 'failed' }]);
  });

  it('waits while two are under way to the same receiver, and takes no place of a worker', async () => {
    const { url, posts } = await open({ answer: () => {} });
    const { send, outcomes } = await setUp(url);
    const stopping = new AbortController();
    const hanging = [send('chat', stopping.signal), send('chat', stopping.signal)];
    expect(await send()).toBe(5_000);
    expect(outcomes).toEqual([]);
    while (posts.length < 2) await sleep(10);
    stopping.abort();
    await Promise.all(hanging);
    expect(posts).toHaveLength(2);
  });

  it('takes half of the places at most', async () => {
    const { url, posts } = await open({ answer: () => {} });
    const { send } = await setUp(url, {}, 3);
    const stopping = new AbortController();
    const hanging = send('chat', stopping.signal);
    expect(await send()).toBe(5_000);
    while (posts.length === 0) await sleep(10);
    stopping.abort();
    await hanging;
  });

  it('to who is not in the config any more is dropped', async () => {
    const { url, posts } = await open();
    const { send, outcomes } = await setUp(url);
    expect(await send('somebody')).toBeUndefined();
    expect(outcomes).toEqual([{ kind: 'dropped' }]);
    expect(posts).toEqual([]);
  });

  it('goes by the proxy of the environment', async () => {
    const { url, posts, port } = await open();
    const proxy = await proxyServer();
    proxies({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` });
    await (await setUp(url)).send();
    expect(posts).toHaveLength(1);
    expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
  });
});
