import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A request as `git http-backend` wants it, which is the CGI of a web server. */
export interface BackendRequest {
  readonly dir: string;
  readonly method: 'GET' | 'POST';
  /** One of the fixed ends of the URL. Never what a client wrote: it becomes a path on disk. */
  readonly pathInfo: '/info/refs' | '/git-upload-pack' | '/git-receive-pack';
  readonly query: string;
  readonly contentType: string | undefined;
  readonly protocol: string | undefined;
  readonly username: string;
  /** Uncompressed. */
  readonly body: Readable | undefined;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends once the program has exited; giving up on it kills the program. */
  readonly body: AsyncGenerator<Uint8Array>;
}

function environment(request: BackendRequest): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C',
    GIT_PROJECT_ROOT: request.dir,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    // The folder may belong to somebody else, as it does in a container: who serves it has decided already.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    REQUEST_METHOD: request.method,
    PATH_INFO: request.pathInfo,
    QUERY_STRING: request.query,
    REMOTE_USER: request.username,
    REMOTE_ADDR: '127.0.0.1',
    ...(request.contentType === undefined ? {} : { CONTENT_TYPE: request.contentType }),
    ...(request.protocol === undefined ? {} : { GIT_PROTOCOL: request.protocol }),
  };
}

function parseHead(head: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest };
}

/**
 * Runs `git http-backend` for one request and hands its answer on as it comes, so that packs of any size pass.
 *
 * @throws Error when the program ends without an answer.
 */
export async function httpBackend(
  request: BackendRequest,
  { git }: { readonly git: string },
): Promise<BackendAnswer> {
  const child = spawn(git, ['http-backend'], {
    env: environment(request),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'close');
  exited.catch(() => undefined);
  const fed = request.body === undefined ? child.stdin.end() : pipeline(request.body, child.stdin);
  // Git may answer (with a refusal) before it has read everything; only a broken request needs the kill.
  if (fed instanceof Promise) fed.catch((error) => error.code === 'EPIPE' || child.kill());

  const chunks = child.stdout[Symbol.asyncIterator]();
  let seen = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const { done, value } = await chunks.next();
    if (done === true) throw new Error('git http-backend gave no answer');
    seen = Buffer.concat([seen, value]);
    end = seen.indexOf('\r\n\r\n');
  }
  async function* body() {
    try {
      if (seen.length > end + 4) yield seen.subarray(end + 4);
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
      await exited;
    } finally {
      child.kill();
    }
  }
  return { ...parseHead(seen.subarray(0, end).toString('latin1')), body: body() };
}
