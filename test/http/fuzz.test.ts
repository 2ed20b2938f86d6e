import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSessions } from '../../src/http/session.ts';
import { BeckonError } from '../../src/lib/errors.ts';
import { Secret } from '../../src/lib/secret.ts';
import { config } from '../builders/config.ts';
import { notePayload } from '../builders/payloads.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';
import { ADMIN_TOKEN } from './admin-set-up.ts';
import { setUp } from './set-up.ts';

/** Stands in everything that is sent, and in no answer to it. */
const MARK = 'q7zechoq7z';
const QUICK = { headers: 1_500, request: 3_000, idle: 3_000, keepAlive: 3_000, checkEvery: 100 };
const TOKEN = 'new-secret-of-the-hook';
const NOTE = JSON.stringify(notePayload('@claude-bot please'));

const method = fc.constantFrom(
  ...[
    'POST',
    'POST',
    'POST',
    'GET',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'PUT',
    'PATCH',
    'DELETE',
    'PROPFIND',
    'QUERY',
  ],
  ...['CONNECT', 'FETCH', 'post', '', `${MARK}`, 'GET\t', 'M-SEARCH', 'PRI'],
);
const target = fc.constantFrom(
  ...['/webhooks/gitlab', '/webhooks/gitlab', '/webhooks/gitlab', '/livez', '/readyz', '/metrics', '/'],
  ...['/api/runs', `/api/${MARK}`, `/${MARK}`, `/webhooks/gitlab?${MARK}`, `/webhooks/gitlab/../${MARK}`],
  ...[
    `/%zz${MARK}`,
    '/%00',
    `//${MARK}/`,
    `http://${MARK}/livez`,
    '*',
    `/livez#${MARK}`,
    `/${'a'.repeat(9_000)}`,
  ],
  ...[
    '/webhooks/gitlab;x',
    '/WEBHOOKS/GITLAB',
    '/%2e%2e/%2e%2e/etc/passwd',
    'x:1',
    `/\u00e4${MARK}`,
    `/<b>${MARK}`,
  ],
);
/** What is there for whoever runs Beckon. */
const deskTarget = fc.constantFrom(
  ...[
    `/?state=${MARK}`,
    `/?${MARK}=${MARK}&__proto__=x`,
    '/?after=%00',
    `/login?next=${MARK}`,
    '/login',
    '/logout',
  ],
  ...[
    `/runs/${MARK}`,
    '/runs/%00',
    `/runs/${MARK}/cancel`,
    `/runs/${'a'.repeat(150)}/retry`,
    '/agents',
    '/simulate',
  ],
  ...[
    '/assets/x/htmx.js',
    '/assets/../../etc/passwd',
    `/assets/${MARK}/${MARK}`,
    '/api/status',
    '/api/config',
  ],
  ...[
    `/api/runs?limit=${MARK}`,
    '/api/runs?limit=1e9',
    `/api/runs?since=${MARK}&project=${MARK}`,
    '/api/runs?project=[',
  ],
  ...[
    `/api/runs/${MARK}`,
    `/api/runs/${MARK}/cancel`,
    '/api/runs/__proto__/retry',
    '/api/simulate',
    `/api/simulate?event=${MARK}`,
  ],
  ...['/api/openapi.json', '/api/openapi.json?x'],
);
const version = fc.oneof(
  { weight: 9, arbitrary: fc.constant('HTTP/1.1') },
  fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'XTTP/1.1', ''),
);
const header = fc.constantFrom(
  ...[`Content-Type: ${MARK}`, `Content-Type: application/json; charset=${MARK}`, 'Content-Type: text/html'],
  ...['Content-Type: application/json; charset=utf-16', 'Content-Type:', 'Content-Type: multipart/form-data'],
  ...['Content-Length: 5', 'Content-Length: 0', 'Content-Length: -1', 'Content-Length: 99999999999999999999'],
  ...['Content-Length: 26214401', 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity, chunked'],
  ...[
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    'Content-Encoding: gzip',
    'Content-Encoding: br',
  ],
  ...[
    'Expect: 100-continue',
    `Expect: ${MARK}`,
    'Connection: upgrade\r\nUpgrade: h2c',
    'Connection: keep-alive',
  ],
  ...['Upgrade: websocket\r\nConnection: Upgrade', `Host: ${MARK}`, 'Host:', `X-Forwarded-For: ${MARK}`],
  ...[`X-Gitlab-Token: ${MARK}`, `X-Gitlab-Event: ${MARK}`, `Idempotency-Key: ${MARK}`, `Referer: ${MARK}`],
  ...[`Webhook-Signature: v1,${MARK}\r\nWebhook-Id: ${MARK}\r\nWebhook-Timestamp: ${MARK}`, `: ${MARK}`],
  ...[
    `X-${MARK}: a\r\n b`,
    `X-A: \u0000${MARK}`,
    `X-A: a\rX-B: ${MARK}`,
    `X-A: ${'a'.repeat(17_000)}`,
    `${MARK}`,
  ],
  ...[
    Array.from({ length: 300 }, (_, index) => `X-${index}: a`).join('\r\n'),
    `Cookie: ${MARK}`,
    'Range: bytes=0-',
  ],
  ...['__proto__: a', 'constructor: a', 'Accept-Encoding: gzip', `Authorization: Bearer ${MARK}`],
);
const body = fc.oneof(
  fc.nat({ max: NOTE.length }).map((length) => Buffer.from(NOTE.slice(0, length))),
  fc
    .constantFrom(
      ...[
        NOTE,
        `\ufeff${NOTE}`,
        '',
        '{}',
        '[]',
        'null',
        '1',
        '"',
        `"${MARK}"`,
        `{"${MARK}"`,
        MARK,
        '1e999999',
      ],
      ...[
        `{"object_kind":"note","object_kind":["${MARK}"]}`,
        `${'['.repeat(20_000)}`,
        `${'{"a":'.repeat(5_000)}`,
      ],
      ...[
        '{"__proto__":{"polluted":1},"object_kind":"note"}',
        '{"constructor":{"prototype":{"polluted":1}}}',
      ],
      ...[
        NOTE.replace('"id":9001', `"id":${'9'.repeat(400)}`),
        NOTE.replaceAll(':7', ':-1e308'),
        `<${MARK}/>`,
      ],
      ...[`5\r\n${MARK}\r\n0\r\n\r\n`, `ffffffffff\r\n${MARK}`, `0\r\n\r\nGET /${MARK} HTTP/1.1\r\n\r\n`],
    )
    .map((text) => Buffer.from(text)),
  fc.constantFrom(gzipSync(Buffer.alloc(5_000_000)), gzipSync(NOTE), Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const requestTo = (to: fc.Arbitrary<string>) =>
  fc.record({
    method,
    target: to,
    version,
    headers: fc.array(header, { maxLength: 4 }),
    hasToken: fc.boolean(),
    type: fc.constantFrom('application/json', 'application/json', 'application/x-www-form-urlencoded'),
    hasLength: fc.boolean(),
    lineEnd: fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r'),
    // Each from another address, or the limit for strangers would answer most of them.
    from: fc.ipV4(),
    body,
  });
type Asked = ReturnType<typeof requestTo> extends fc.Arbitrary<infer T> ? T : never;

function bytesOf({ method: verb, target: path, version: protocol, body: content, ...rest }: Asked): Buffer {
  const lines = [
    `${verb} ${path} ${protocol}`,
    'Host: beckon',
    `X-Forwarded-For: ${rest.from}`,
    ...(rest.hasToken ? [`X-Gitlab-Token: ${TOKEN}`, `Authorization: Bearer ${ADMIN_TOKEN}`] : []),
    ...(rest.hasToken ? [`Content-Type: ${rest.type}`, 'Sec-Fetch-Site: same-origin'] : []),
    ...(rest.hasLength ? [`Content-Length: ${content.length}`] : []),
    ...rest.headers,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(lines.join(rest.lineEnd), 'utf8'), content]);
}

/** Sends bytes over a connection of their own; all that comes back until the server hangs up. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answered = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.end(bytes));
    socket.on('data', (data) => {
      answered += data.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(answered));
  });
}

async function listen(tools: Parameters<typeof setUp>[0] = {}) {
  const scene = setUp({ trustProxy: ['127.0.0.1'], ...tools }, QUICK);
  await scene.server.listen({ host: '127.0.0.1', port: 0 });
  const address = scene.server.server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return { ...scene, port: address.port };
}

/** What is wrong with an answer, whatever was asked. */
function wrongIn(answered: string): string | undefined {
  const statuses = [...answered.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  const isQueueAway = answered.includes('"queue_unavailable"');
  if (statuses.some((status) => status >= 500 && !(status === 503 && isQueueAway)))
    return `a fault of the server: ${answered}`;
  if (/node_modules|\.[jt]s:\d|\bat \S+ \(|Error:/.test(answered))
    return `the inside of the program: ${answered}`;
  // Whoever proves to be GitLab is told why nothing is done, by the names in what it sent.
  const isOfGitLab = statuses.some((status) => status === 200 || status === 202);
  if (answered.includes(MARK) && !isOfGitLab) return `an echo: ${answered}`;
  return undefined;
}

describe('a request that is wrong in any way', () => {
  it.each([
    ['the queue is there', '202', {}],
    [
      'the queue is away',
      '503',
      {
        add: () => Promise.reject(new BeckonError('queue_unavailable', 'no answer')),
      },
    ],
  ])(
    'has an answer that shows nothing, and is survived, where %s',
    { timeout: 60_000 },
    async (_where, furthest, tools) => {
      const { port, lines } = await listen(tools);
      const before = process.memoryUsage.rss();
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.array(requestTo(target), { minLength: 8, maxLength: 8 }), async (requests) => {
          const answers = await Promise.all(requests.map((one) => send(port, bytesOf(one))));
          for (const [, status = ''] of answers.join('\n').matchAll(/^HTTP\/1\.1 (\d{3}) /gm))
            seen.add(status);
          expect(answers.map(wrongIn).filter((wrong) => wrong !== undefined)).toEqual([]);
        }),
        { numRuns: 1_500, seed: 5, interruptAfterTimeLimit: 20_000 },
      );
      // It came as far as it may.
      expect([...seen]).toEqual(expect.arrayContaining(['200', '400', '401', '404', '431', furthest]));
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      const response = await fetch(`http://127.0.0.1:${port}/livez`);
      expect(response.status).toBe(200);
      expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
      expect(lines.join('')).not.toContain('request failed');
    },
  );

  it('has an answer that shows nothing, and is survived, by dashboard and API', {
    timeout: 60_000,
  }, async () => {
    const sessions = createSessions({ adminToken: new Secret(ADMIN_TOKEN), isSecure: false });
    const { port, lines } = await listen({
      desk: () => ({
        config: config(),
        sessions,
        people: undefined,
        start: undefined,
        health: async () => [],
      }),
      queue: runQueueDouble().queue,
    });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(requestTo(deskTarget), { minLength: 8, maxLength: 8 }), async (requests) => {
        const answers = await Promise.all(requests.map((one) => send(port, bytesOf(one))));
        for (const [, status = ''] of answers.join('\n').matchAll(/^HTTP\/1\.1 (\d{3}) /gm)) seen.add(status);
        // Who is led to sign in is led back to where they wanted; whoever is signed in is told what is not there.
        const strangers = answers.map((answered, index) =>
          requests[index]?.hasToken
            ? answered.replaceAll(MARK, '')
            : answered.replaceAll(/(?:next=|name="next" value=)\S+/g, ''),
        );
        expect(strangers.map(wrongIn).filter((wrong) => wrong !== undefined)).toEqual([]);
      }),
      { numRuns: 1_000, seed: 6, interruptAfterTimeLimit: 5_000 },
    );
    expect([...seen]).toEqual(expect.arrayContaining(['200', '303', '400', '401', '403', '404', '415']));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(lines.join('')).not.toContain('request failed');
  });
});
