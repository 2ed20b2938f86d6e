import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { IssueNotes, Pipelines } from '@gitbeaker/rest';
import { Agent, type Dispatcher } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { operationOf } from '../../src/gitlab/operation.ts';
import { createRequester } from '../../src/gitlab/requester.ts';
import { openTransport } from '../../src/gitlab/transport.ts';
import { Secret } from '../../src/lib/secret.ts';
import { Failure } from '../../src/runs/failures.ts';

const TOKEN = new Secret('glpat-never-to-be-shown').reveal();
const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that answers everything with `answer` and remembers what it was asked. */
async function serve(
  answer: (response: ServerResponse, count: number) => void,
  dispatcher: Dispatcher = new Agent(),
) {
  const seen: Seen[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    answer(response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  closers.push(() => dispatcher.destroy());
  const requests: [string, number][] = [];
  const options = {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gitlab`,
    token: TOKEN,
    queryTimeout: 300,
    requesterFn: createRequester(dispatcher, (operation, status) => requests.push([operation, status])),
  };
  return { seen, requests, notes: new IssueNotes(options), pipelines: new Pipelines(options) };
}

function reply(status: number, body: unknown, headers: Record<string, string> = {}) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

async function failureOf(asked: Promise<unknown>): Promise<Failure> {
  const error = await asked.catch((thrown: unknown) => thrown);
  if (!(error instanceof Failure)) throw new Error(`not a failure: ${inspect(error)}`);
  return error;
}

describe('a request', () => {
  it('is not sent any more when the process slept before it had a connection', async () => {
    const { notes, seen } = await serve(reply(201, { id: 1 }), await openTransport({ caFile: undefined }));
    let now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => {
      now += 10_000;
      return now;
    });
    const failure = await failureOf(notes.create(7, 3, 'hello'));
    expect(failure).toMatchObject({ kind: 'transient', detail: expect.stringContaining('too long') });
    expect(seen).toEqual([]);
    clock.mockRestore();
    expect(await notes.create(7, 3, 'hello')).toEqual({ id: 1 });
  });

  it('goes below the sub-path, with token and body as GitLab has them', async () => {
    const { notes, seen } = await serve(reply(201, { id: 5 }));
    expect(await notes.create(7, 12, 'hello', { internal: true })).toEqual({ id: 5 });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/gitlab/api/v4/projects/7/issues/12/notes',
      headers: { 'private-token': TOKEN, 'content-type': 'application/json' },
    });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ body: 'hello', internal: true });
  });

  it('leaves names inside of its body as they are', async () => {
    const { pipelines, seen } = await serve(reply(201, { id: 5 }));
    await pipelines.create(7, 'main', { inputs: { deployTarget: 'x' }, variables: [] } as never);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      ref: 'main',
      inputs: { deployTarget: 'x' },
      variables: [],
    });
  });

  it.each([429, 502, 503, 500])('is sent once only when the answer is %i', async (status) => {
    const { notes, seen } = await serve(reply(status, { message: 'no' }));
    await failureOf(notes.create(7, 12, 'hello'));
    expect(seen).toHaveLength(1);
  });

  it('follows no redirect, which would take the token along', async () => {
    const { notes, seen } = await serve(reply(302, '', { location: 'http://127.0.0.1:1/elsewhere' }));
    const failure = await failureOf(notes.create(7, 12, 'hello'));
    expect(failure.kind).toBe('refused');
    expect(failure.detail).toMatch(/gitlab\.url/);
    expect(seen).toHaveLength(1);
  });

  it('is told with what it was for and what came of it', async () => {
    const { notes, requests } = await serve(reply(201, { id: 5 }));
    await notes.create(7, 12, 'hello');
    expect(requests).toEqual([['POST projects/:id/issues/:id/notes', 201]]);
  });
});

describe('a failure', () => {
  it.each([
    [401, { message: '401 Unauthorized' }, 'permission', '401 Unauthorized'],
    [
      403,
      { error: 'insufficient_scope', error_description: 'needs api' },
      'permission',
      '403 insufficient_scope: needs api',
    ],
    [404, { message: '404 Project Not Found' }, 'gone', '404 Project Not Found'],
    [400, { message: { base: ['Missing CI config file'] } }, 'refused', '400 Missing CI config file'],
    [
      409,
      { message: ['Another open merge request already exists'] },
      'refused',
      '409 Another open merge request already exists',
    ],
    [422, { message: { title: ["can't be blank"] } }, 'refused', "422 title can't be blank"],
    [500, '', 'transient', '500'],
  ])('of %i %j is %s: %s', async (status, body, kind, detail) => {
    const { notes } = await serve(reply(status, body));
    expect(await failureOf(notes.create(7, 12, 'x'))).toMatchObject({ kind, status, detail });
  });

  it('of a rate limit, in plain text, says how long to wait', async () => {
    const { notes } = await serve(
      reply(429, 'Retry later\n', { 'content-type': 'text/plain', 'retry-after': '30' }),
    );
    expect(await failureOf(notes.create(7, 12, 'x'))).toMatchObject({
      kind: 'rate_limit',
      retryAfter: 30_000,
      detail: '429 Retry later',
    });
  });

  it('of a page where JSON was due does not put the page in words', async () => {
    const { notes } = await serve(reply(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }));
    expect((await failureOf(notes.create(7, 12, 'x'))).detail).toBe(
      '502 the answer is a web page, not one of the API',
    );
  });

  it('of an answer that does not come passes', async () => {
    const { notes } = await serve(() => {});
    expect(await failureOf(notes.create(7, 12, 'x'))).toMatchObject({
      kind: 'transient',
      status: undefined,
      detail: 'no answer in time',
    });
  });

  it('of a connection that is cut passes', async () => {
    const { notes } = await serve((response) => response.destroy());
    expect((await failureOf(notes.create(7, 12, 'x'))).kind).toBe('transient');
  });

  it('never holds the token, however it is looked at', async () => {
    for (const answer of [
      reply(403, { message: 'no' }),
      reply(502, ''),
      reply(401, { message: `no such token: ${TOKEN}` }),
      reply(400, { message: { [TOKEN]: [TOKEN], base: [`is ${TOKEN}`] } }),
      reply(403, { error: TOKEN, error_description: encodeURIComponent(TOKEN) }),
      reply(429, `Retry later ${TOKEN}`, { 'content-type': 'text/plain', 'retry-after': '1' }),
      reply(500, `{"message": "${TOKEN}`),
      reply(302, '', { location: `http://${TOKEN}@example.com/?private_token=${TOKEN}` }),
      reply(200, `{"message": "${TOKEN}`),
      (response: ServerResponse) => response.destroy(),
    ]) {
      const { notes } = await serve(answer);
      const failure = await failureOf(notes.create(7, 12, 'x'));
      expect(inspect(failure, { depth: 9, showHidden: true }) + JSON.stringify(failure)).not.toContain(TOKEN);
    }
  });
});

describe('operationOf', () => {
  it.each([
    ['GET', 'projects/7/members/all/5', 'GET projects/:id/members/all/:id'],
    [
      'GET',
      'projects/7/repository/files/.gitlab%2Fflow.yaml/raw',
      'GET projects/:id/repository/files/:id/raw',
    ],
    [
      'DELETE',
      '/projects/7/repository/branches/workloads%2Fr1',
      'DELETE projects/:id/repository/branches/:id',
    ],
  ])('%s %s', (method, endpoint, operation) => expect(operationOf(method, endpoint)).toBe(operation));
});
