import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { createRoom } from '../../src/http/room.ts';
import { BeckonError } from '../../src/lib/errors.ts';
import { notePayload } from '../builders/payloads.ts';
import { silentObserver } from '../doubles/observer.ts';
import { SECRETS, setUp } from './set-up.ts';

const KB = 1024;
/** Room for a body of so many bytes beside what every delivery counts for. */
const MOST = 32 * KB + 200 * KB;
const note = (bytes = 0) => ({ ...notePayload('@claude-bot please'), padding: 'x'.repeat(bytes) });

/** A server with little room, whose queue answers nobody before `answer` is called. */
function setUpSmall({ clock = Date.now, most = MOST }: { clock?: () => number; most?: number } = {}) {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const told: unknown[] = [];
  let asked = 0;
  const room = createRoom({ clock, most });
  const enter = vi.spyOn(room, 'enter');
  const scene = setUp({
    room,
    observer: { ...silentObserver, turnedAway: (what) => void told.push(what) },
    add: async () => {
      asked += 1;
      await answered;
      return { duplicate: false };
    },
  });
  /** A delivery that waits for the queue. */
  async function waiting(bytes: number) {
    const response = scene.deliver(note(bytes));
    await vi.waitFor(() => expect(asked).toBe(1));
    return { response };
  }
  return { ...scene, answer, told, waiting, enter };
}

async function listen({ server }: { server: FastifyInstance }): Promise<number> {
  return Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
}

const HEAD = [
  'POST /webhooks/gitlab HTTP/1.1',
  'Host: beckon',
  'Content-Type: application/json',
  'X-Gitlab-Event: Note Hook',
  'X-Gitlab-Token: new-secret-of-the-hook',
  '',
].join('\r\n');

/** Sends as it is, over a connection of its own. */
async function send(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

describe('more deliveries than there is room for', () => {
  it('get 503 with Retry-After before their body is read, and the next ones are taken again', async () => {
    const { deliver, waiting, answer, outcomes } = setUpSmall();
    const { response } = await waiting(190 * KB);
    const refused = await deliver('neither read nor parsed');
    expect(refused.statusCode).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toEqual({ error: { code: 'overloaded', message: expect.any(String) } });
    answer();
    expect((await response).statusCode).toBe(202);
    expect((await deliver(note(190 * KB))).statusCode).toBe(202);
    expect(await outcomes()).toEqual({ accepted: 2, overloaded: 1 });
  });

  it('are told of once in ten seconds, and each is counted', async () => {
    let now = 1_000_000;
    const { deliver, waiting, answer, lines, told, delivered, outcomes } = setUpSmall({ clock: () => now });
    const { response } = await waiting(190 * KB);
    for (let count = 0; count < 20; count += 1) {
      expect((await deliver(note())).statusCode).toBe(503);
      now += 600;
    }
    answer();
    await response;
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
    expect(warnings.map(({ code, address }) => [code, address])).toEqual([
      ['overloaded', '192.0.2.1'],
      ['overloaded', '192.0.2.1'],
    ]);
    expect(told).toEqual([1, 2].map(() => ({ code: 'overloaded', from: '192.0.2.1' })));
    const [first, second, third] = delivered;
    expect([first, second]).toMatchObject([1, 2].map(() => ({ outcome: 'overloaded', from: '192.0.2.1' })));
    expect(third).toMatchObject({ outcome: 'accepted' });
    expect(await outcomes()).toEqual({ accepted: 1, overloaded: 20 });
  });

  it('leave strangers strangers, and health and metrics in peace; the process is not ready', async () => {
    let now = 1_000_000;
    const { deliver, waiting, answer, server } = setUpSmall({ clock: () => now });
    const statusOf = async (url: string) => (await server.inject(url)).statusCode;
    const { response } = await waiting(190 * KB);
    expect(await statusOf('/readyz')).toBe(200);
    expect((await deliver(note(), { 'x-gitlab-token': 'wrong' })).statusCode).toBe(401);
    expect((await deliver(note())).statusCode).toBe(503);
    expect(await statusOf('/livez')).toBe(200);
    expect(await statusOf('/metrics')).toBe(200);
    expect(await statusOf('/readyz')).toBe(503);
    expect((await server.inject('/readyz')).json().error.code).toBe('overloaded');
    answer();
    await response;
    now += 5_000;
    expect(await statusOf('/readyz')).toBe(200);
  });
});

describe('room', () => {
  it('is taken by what has come, not by what is announced', async () => {
    const { server, deliver, outcomes, enter } = setUpSmall({ most: 1_000 * KB });
    const port = await listen({ server });
    const slow: Socket[] = [];
    for (let count = 0; count < 5; count += 1) {
      slow.push(await send(port, `${HEAD}Content-Length: ${200 * KB}\r\n\r\n{`));
    }
    await vi.waitFor(() => expect(enter).toHaveBeenCalledTimes(5));
    expect((await deliver(notePayload('@bob please'))).statusCode).toBe(200);
    expect(await outcomes()).toEqual({ ignored: 1 });
    for (const socket of slow) socket.destroy();
  });

  it('is taken by what nobody has announced, and whoever does not fit hears so', async () => {
    const { server, outcomes } = setUpSmall();
    const chunk = `8000\r\n${'x'.repeat(32 * KB)}\r\n`;
    const socket = await send(await listen({ server }), `${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    for (let count = 0; count < 10; count += 1) socket.write(chunk);
    socket.write('0\r\n\r\n');
    const [answered] = await once(socket, 'data');
    expect(String(answered)).toMatch(/^HTTP\/1\.1 503 /);
    expect(String(answered)).toContain('"code":"overloaded"');
    socket.destroy();
    expect(await outcomes()).toEqual({ overloaded: 1 });
  });

  it('is given back whatever becomes of a delivery', async () => {
    const add = async () => {
      throw new BeckonError('queue_unavailable', 'away');
    };
    const room = createRoom({ clock: Date.now, most: MOST });
    const { server, deliver, outcomes } = setUp({ room, add });
    const padding = 'x'.repeat(150 * KB);
    const statuses = [
      await deliver(note(150 * KB)),
      await deliver({ ...notePayload('@bob'), padding }),
      await deliver(`{"object_kind":"note","padding":"${padding}`),
      await deliver(padding, { 'content-type': 'text/plain' }),
      await deliver(padding, { 'x-gitlab-token': '', 'webhook-signature': 'v1,eA==' }),
      await deliver(padding, { 'content-length': String(30 * KB * KB) }),
      await deliver('x'.repeat(300 * KB)),
      await server.inject({
        method: 'POST',
        url: '/webhooks/gitlab',
        headers: { 'x-gitlab-token': SECRETS[0] },
      }),
    ].map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([503, 200, 400, 415, 401, 413, 503, 415]);

    const enter = vi.spyOn(room, 'enter');
    const gone = await send(await listen({ server }), `${HEAD}Content-Length: 190000\r\n\r\n${padding}`);
    await vi.waitFor(() => expect(enter).toHaveBeenCalledTimes(1));
    gone.destroy();
    await expect.poll(outcomes, { timeout: 5_000 }).toMatchObject({ aborted: 1 });

    const left = MOST - 32 * KB - JSON.stringify({ ...notePayload('@bob'), padding: '' }).length;
    expect((await deliver({ ...notePayload('@bob'), padding: 'x'.repeat(left) })).statusCode).toBe(200);
    expect((await deliver({ ...notePayload('@bob'), padding: 'x'.repeat(left + 1) })).statusCode).toBe(503);
  });
});
