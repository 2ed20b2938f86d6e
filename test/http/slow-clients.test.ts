import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { setUp } from './set-up.ts';

const QUICK = { headers: 400, request: 800, idle: 10_000, keepAlive: 72_000, checkEvery: 50 };
const HEAD = [
  'POST /webhooks/gitlab HTTP/1.1',
  'Host: beckon',
  'Content-Type: application/json',
  'X-Gitlab-Token: new-secret-of-the-hook',
  'Content-Length: 100000',
];

/** Sends text, then a byte every 20 ms until the server hangs up; what it answered. */
async function trickle(port: number, { at = '', drip = '' }): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answered = '';
  socket.on('data', (data) => {
    answered += data;
  });
  socket.on('error', () => {});
  socket.write(at);
  const timer = drip === '' ? undefined : setInterval(() => socket.write(drip), 20);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(timer);
  return answered;
}

async function listen(timeouts = QUICK) {
  const scene = setUp({}, timeouts);
  await scene.server.listen({ host: '127.0.0.1', port: 0 });
  const address = scene.server.server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return { ...scene, port: address.port };
}

describe('a client that is slow', () => {
  it.each([
    ['says nothing', { at: '' }],
    ['sends its headers byte by byte', { at: 'POST /webhooks/gitlab HTTP/1.1\r\nX-A: ', drip: 'a' }],
  ])('is cut off when it %s', async (_what, how) => {
    const { port, outcomes } = await listen({ ...QUICK, request: 60_000 });
    expect(await trickle(port, how)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await outcomes()).toEqual({});
  });

  it('is cut off when it sends its body byte by byte, and so when it is no stranger', async () => {
    const { port, lines, outcomes } = await listen();
    const answered = await trickle(port, { at: `${HEAD.join('\r\n')}\r\n\r\n`, drip: 'a' });
    expect(answered).toMatch(/^HTTP\/1\.1 408 /);
    // Node answers, and tells us a moment later.
    await expect.poll(outcomes, { timeout: 5_000 }).toEqual({ aborted: 1 });
    expect(lines.join('')).toContain('"address":"127.0.0.1"');
    expect(lines.join('')).not.toContain('"level":50');
  });

  it('is cut off when it stops in the middle', async () => {
    const { port } = await listen({ ...QUICK, request: 60_000, idle: 300 });
    expect(await trickle(port, { at: `${HEAD.join('\r\n')}\r\n\r\naaa` })).not.toMatch(/ 2\d\d /);
  });

  it('does not hold up the others', async () => {
    const { port, server } = await listen();
    const slow = Array.from({ length: 50 }, () => trickle(port, { at: 'GET /li', drip: 'v' }));
    const response = await fetch(`http://127.0.0.1:${port}/livez`);
    expect(response.status).toBe(200);
    await Promise.all(slow);
    expect(server.server.listening).toBe(true);
  });
});

describe('the limits of a request', () => {
  it('are set on purpose', async () => {
    const { server } = setUp();
    await server.ready();
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = server.server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 72_000,
      timeout: 15_000,
    });
  });

  it('are 16 KB of headers, and 64 KB of body where no webhook is', async () => {
    const { port, server } = await listen();
    const big = { 'x-big': 'x'.repeat(17 * 1024) };
    expect((await fetch(`http://127.0.0.1:${port}/livez`, { headers: big })).status).toBe(431);
    const payload = JSON.stringify('x'.repeat(65 * 1024));
    const headers = { 'content-type': 'application/json' };
    const response = await server.inject({ method: 'POST', url: '/elsewhere', headers, payload });
    expect(response.statusCode).toBe(413);
  });
});
