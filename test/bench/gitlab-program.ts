import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/*
 * A GitLab of fixed answers, each after as many milliseconds as the first argument says, in a process of its own: so that
 * it is not what is measured. Its second and third arguments say how many comments an issue has, and how many files a
 * merge request. Tells its parent of pipelines that were made and of notes that say an outcome.
 */

const [delay = 0, comments = 1, files = 1] = process.argv.slice(2).map(Number);
const TIME = '2026-03-02T10:00:00.000Z';
const COMMIT = { id: 'c'.repeat(40), title: 'Mend', message: 'Mend', created_at: TIME };
const BRANCH = { commit: { ...COMMIT, id: 'b'.repeat(40) }, merged: false, protected: false };
const ALICE = { id: 5, username: 'alice', name: 'Alice Ito', state: 'active', bot: false };
const OWN = { id: 90, username: 'claude-bot', name: 'Claude', state: 'active', bot: true };
const TEXT = 'The basket loses what is in it when the page is opened again. '.repeat(4);
const DIFF = {
  old_path: 'a.txt',
  new_path: 'a.txt',
  diff: `@@ -1 +1,40 @@\n${'+line of text\n'.repeat(40)}`,
};
const PER_PAGE = 100;

let lastId = 1_000;

function note(author: object, body: string) {
  lastId += 1;
  return { id: lastId, type: null, body, author, created_at: TIME, updated_at: TIME, system: false };
}

const discussion = (author: object, body: string) => ({
  id: String(lastId + 1).padStart(40, '0'),
  individual_note: true,
  notes: [note(author, body)],
});

const ITEM = {
  id: 12_000,
  project_id: 7,
  title: 'The basket is empty',
  description: TEXT,
  state: 'opened',
  created_at: TIME,
  updated_at: TIME,
  labels: ['bug'],
  author: ALICE,
  assignees: [],
  confidential: false,
  user_notes_count: comments,
};

function pipeline(status: string, ref = '') {
  lastId += 1;
  return {
    id: lastId,
    project_id: 7,
    sha: COMMIT.id,
    ref,
    status,
    created_at: TIME,
    web_url: 'http://x/p/1',
  };
}

/** One page of `count` things. */
function page<T>(query: URLSearchParams, count: number, make: (at: number) => T): readonly T[] {
  const begin = (Number(query.get('page') ?? 1) - 1) * PER_PAGE;
  return Array.from({ length: Math.max(0, Math.min(PER_PAGE, count - begin)) }, (_, at) => make(begin + at));
}

interface Asked {
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly captured: readonly string[];
}

/** What is answered to which method and path below `projects/:id`; the first that fits. */
const ANSWERS: readonly (readonly [string, RegExp, (asked: Asked) => unknown])[] = [
  ['GET', /^users\/5$/, () => ALICE],
  ['GET', /^user$/, () => OWN],
  [
    'GET',
    /^projects\/7\/members\/all\/5$/,
    () => ({ ...ALICE, access_level: 30, membership_state: 'active' }),
  ],
  ['POST', /\/discussions\/(\w+)\/notes$/, ({ body }) => note(OWN, String(body.body))],
  ['PUT', /\/notes\/\d+$/, ({ body }) => note(OWN, String(body.body))],
  ['GET', /\/discussions\/\w+$/, () => discussion(ALICE, '@claude-bot please')],
  ['GET', /\/discussions$/, ({ query }) => page(query, comments, () => discussion(ALICE, TEXT))],
  ['GET', /\/notes$/, ({ query }) => page(query, comments, () => note(ALICE, TEXT))],
  ['GET', /\/issues\/(\d+)$/, ({ captured: [iid] }) => ({ ...ITEM, iid: Number(iid) })],
  [
    'GET',
    /\/merge_requests\/(\d+)\/diffs$/,
    ({ query }) => page(query, files, (at) => ({ ...DIFF, new_path: `${at}.txt` })),
  ],
  [
    'GET',
    /\/merge_requests\/(\d+)$/,
    ({ captured: [iid] }) => ({
      ...ITEM,
      iid: Number(iid),
      target_branch: 'main',
      changes_count: String(files),
    }),
  ],
  ['GET', /\/repository\/files\/.*\/raw$/, () => 'image: alpine:3\ncommands:\n  - echo hi\n'],
  [
    'POST',
    /\/repository\/branches$/,
    ({ query, body }) => ({ ...BRANCH, name: query.get('branch') ?? body.branch }),
  ],
  [
    'GET',
    /\/repository\/compare$/,
    () => ({ commit: COMMIT, commits: [COMMIT], diffs: [DIFF], compare_timeout: false }),
  ],
  ['POST', /\/pipeline$/, ({ query, body }) => pipeline('created', String(query.get('ref') ?? body.ref))],
  ['GET', /\/pipelines\/\d+$/, () => pipeline('success')],
  [
    'POST',
    /\/merge_requests$/,
    () => ({ iid: 31, web_url: 'http://x/-/merge_requests/31', state: 'opened' }),
  ],
  ['GET', /^todos$/, () => []],
];

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const part of request) text += part;
  return text === '' ? {} : JSON.parse(text);
}

/** What the parent waits for. */
function tell(method: string, path: string, { query, body }: Asked, said: unknown): void {
  if (method === 'POST' && path.endsWith('/pipeline')) {
    const { id } = said as ReturnType<typeof pipeline>;
    process.send?.({ pipeline: String(query.get('ref') ?? body.ref).replace('workloads/', ''), id });
  }
  const [, run] = /(?:finished|failed|Could not start)[\s\S]*beckon:run=(\w+)/.exec(String(body.body)) ?? [];
  if (method === 'PUT' && run !== undefined)
    process.send?.({ ended: run, says: String(body.body).slice(0, 60) });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const began = performance.now();
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://x');
  const path = pathname.replace('/api/v4/', '');
  const method = request.method ?? '';
  // By a clock that processes of one machine share.
  const at = performance.timeOrigin + began;
  const body = await bodyOf(request);
  const [, noted] = method === 'POST' ? (/issues\/(\d+)\/discussions\/\w+\/notes$/.exec(path) ?? []) : [];
  if (noted !== undefined) process.send?.({ noted: Number(noted), at });
  const found = ANSWERS.find(([of, at]) => of === method && at.test(path));
  const asked = { query, body, captured: found?.[1].exec(path)?.slice(1) ?? [] };
  const said = found === undefined ? { message: '404 Not Found' } : found[2](asked);
  const count = path.endsWith('/discussions') || path.endsWith('/notes') ? comments : files;
  const headers = {
    'content-type': typeof said === 'string' ? 'text/plain' : 'application/json',
    ...(Array.isArray(said)
      ? { 'x-total-pages': String(Math.ceil(count / PER_PAGE)), 'x-page': query.get('page') ?? '1' }
      : {}),
    ...(path.endsWith('/raw') ? { 'x-gitlab-blob-id': '3'.repeat(40) } : {}),
  };
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  await sleep(Math.max(0, delay - (performance.now() - began)));
  response.writeHead(found === undefined ? 404 : method === 'POST' ? 201 : 200, headers).end(text);
  tell(method, path, asked, said);
}

const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
