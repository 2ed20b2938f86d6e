import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import { createGitLab } from '../../src/gitlab/client.ts';
import { reachGitLab } from '../../src/gitlab/reach.ts';
import { openTransport } from '../../src/gitlab/transport.ts';
import { Secret } from '../../src/lib/secret.ts';
import { Failure } from '../../src/runs/failures.ts';

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers every request as GitLab does where one asks for oneself; over TLS where there is a key. */
export async function answering(tls?: { readonly key: string; readonly cert: string }): Promise<number> {
  const account = JSON.stringify({ id: 1, username: 'claude-bot', name: 'Claude' });
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(account);
  });
  return listen(server);
}

/**
 * A proxy that takes CONNECT and no more; with `credentials`, only from those who have them. It hangs up on whoever asks
 * for what is not there, and with `refusal` answers everybody so.
 */
export async function proxyServer({ credentials, refusal }: { credentials?: string; refusal?: string } = {}) {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request, client) => {
    asked.push(request.url ?? '');
    client.on('error', () => {});
    const given = Buffer.from((request.headers['proxy-authorization'] ?? '').slice(6), 'base64').toString();
    if (credentials !== undefined && given !== credentials) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    if (refusal !== undefined) {
      client.end(refusal);
      return;
    }
    const [host = '', port] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    target.on('error', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  return { port: await listen(server), asked };
}

/** Somebody else's server, that only notes who comes. */
export async function elsewhere() {
  const asked: string[] = [];
  const server = createTcpServer((socket) => {
    asked.push('a connection');
    socket.on('error', () => {}).destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, asked };
}

/** The environment's proxies, and no others that may be set where the test runs. */
export function proxies(names: Readonly<Record<string, string>>): void {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'])
    vi.stubEnv(name, names[name]);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** What the client of an agent and `beckon check` have of GitLab at an address. */
export async function ask(url: string, { caFile }: { caFile?: string } = {}) {
  const dispatcher = await openTransport({ caFile });
  onTestFinished(() => dispatcher.destroy());
  const gitlab = createGitLab({ url, token: new Secret('glpat-x') }, { dispatcher, onRequest: () => {} });
  const answer = await gitlab.account().catch((error: unknown) => error);
  const reach = await reachGitLab(url, { dispatcher, clock: Date.now });
  return { answer, reach, failure: answer instanceof Failure ? answer : undefined };
}
