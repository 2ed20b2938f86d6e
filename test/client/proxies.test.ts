import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findReach } from '../../src/check/gitlab.ts';
import { openTransport } from '../../src/gitlab/transport.ts';
import { freePort } from '../support/free-port.ts';
import { answering, ask, proxies, proxyServer } from '../support/outgoing.ts';

const PASSWORD = 'sesame:/?#[]@%&';
const CREDENTIALS = `us er:${PASSWORD}`;
const ENCODED = `us%20er:${encodeURIComponent(PASSWORD)}`;

/** However somebody looks at it. */
function shown(...things: readonly unknown[]): string {
  return things
    .map((thing) => inspect(thing, { depth: 12, showHidden: true }) + JSON.stringify(thing))
    .join('');
}

function expectNoCredentials(text: string): void {
  for (const secret of [
    PASSWORD,
    ENCODED,
    encodeURIComponent(PASSWORD),
    Buffer.from(CREDENTIALS).toString('base64'),
  ])
    expect(text).not.toContain(secret);
}

describe('a proxy of the environment', () => {
  it.each(['HTTP_PROXY', 'http_proxy'])('is what leads to GitLab where %s names it', async (name) => {
    const proxy = await proxyServer();
    proxies({ [name]: `http://127.0.0.1:${proxy.port}` });
    const port = await answering();
    const { answer } = await ask(`http://127.0.0.1:${port}`);
    expect(answer).toMatchObject({ username: 'claude-bot' });
    expect(proxy.asked).toContain(`127.0.0.1:${port}`);
  });

  it.each([
    ['the host', () => '127.0.0.1', false],
    ['the host among others', () => 'example.com, 127.0.0.1 .example.org', false],
    ['host and port', (port: number) => `127.0.0.1:${port}`, false],
    ['the end of the host', () => '.0.0.1', false],
    ['the end of the host, with a star', () => '*.0.0.1', false],
    ['everything', () => '*', false],
    ['another port', (port: number) => `127.0.0.1:${port + 1}`, true],
    ['another host', () => '27.0.0.1', true],
    ['nothing', () => '', true],
  ])('is passed by where NO_PROXY names %s', async (_what, noProxy, isUsed) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const proxy = await proxyServer();
      const port = await answering();
      proxies({ http_proxy: `http://127.0.0.1:${proxy.port}`, [name]: noProxy(port) });
      const { answer } = await ask(`http://127.0.0.1:${port}`);
      expect(answer).toMatchObject({ username: 'claude-bot' });
      expect(proxy.asked.length > 0).toBe(isUsed);
    }
  });

  it('gets user and password, decoded', async () => {
    const proxy = await proxyServer({ credentials: CREDENTIALS });
    proxies({ HTTP_PROXY: `http://${ENCODED}@127.0.0.1:${proxy.port}` });
    const { answer } = await ask(`http://127.0.0.1:${await answering()}`);
    expect(answer).toMatchObject({ username: 'claude-bot' });
  });

  it('that wants others is told of with what to set, and without those that it got', async () => {
    const proxy = await proxyServer({ credentials: 'somebody:else' });
    proxies({ HTTP_PROXY: `http://${ENCODED}@127.0.0.1:${proxy.port}` });
    const url = `http://127.0.0.1:${await answering()}`;
    const { failure, reach } = await ask(url);
    expect(failure?.message).toMatch(/the proxy wants a user and a password: set HTTPS_PROXY to/);
    const finding = findReach(reach, { url, hasProxy: true });
    expect(`${finding.text} ${finding.remedy}`).toMatch(
      /wants a user and a password.*407.*Set HTTPS_PROXY to/,
    );
    expectNoCredentials(shown(failure, reach, finding));
  });

  it.each([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n'],
    ['hangs up without a word', ''],
    ['speaks no HTTP', 'SSH-2.0-x\r\n'],
  ])('that %s is a fault at once, and is not asked again and again', async (_what, refusal) => {
    const proxy = await proxyServer({ refusal });
    proxies({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` });
    for (const url of ['http://127.0.0.1:9', 'https://127.0.0.1:9']) {
      const { failure, reach } = await ask(url);
      expect(failure?.kind).toBe('transient');
      expect(reach.kind).toBe('silence');
      if (refusal.includes('403') || refusal === '')
        expect(failure?.message).toContain(
          'the proxy lets nobody through to it: have the proxy allow CONNECT',
        );
    }
    expect(proxy.asked).toHaveLength(4);
  });

  it('that is away is told of, without its user and password', async () => {
    proxies({ HTTP_PROXY: `http://${ENCODED}@127.0.0.1:${await freePort()}` });
    const url = `http://127.0.0.1:${await answering()}`;
    const { failure, reach } = await ask(url);
    expect(failure).toMatchObject({ kind: 'transient', detail: expect.stringContaining('ECONNREFUSED') });
    const finding = findReach(reach, { url, hasProxy: true });
    expect(finding.remedy).toMatch(/A proxy is set: is HTTPS_PROXY right/);
    expectNoCredentials(shown(failure, reach, finding));
  });

  it.each([
    `http://${ENCODED}@ho st:3128`,
    `${ENCODED}@127.0.0.1:3128`,
    'http://user:100%zz@127.0.0.1:3128',
    `ftp://${ENCODED}@127.0.0.1:3128`,
    '127.0.0.1:3128',
  ])('that is none is refused at the start without being repeated: %s', async (address) => {
    proxies({ HTTPS_PROXY: address });
    const error = await openTransport({ caFile: undefined }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'proxy_invalid', hint: expect.stringContaining('http://HOST:PORT') });
    expect(shown(error)).not.toContain('100%zz');
    expectNoCredentials(shown(error));
  });
});
