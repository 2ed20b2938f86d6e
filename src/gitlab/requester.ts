import { formatQuery, type RequesterType, type ResourceOptions } from '@gitbeaker/requester-utils';
import type { Dispatcher } from 'undici';
import { messageOf } from '../lib/errors.ts';
import { explainNoAnswer } from '../lib/no-answer.ts';
import { hideSecrets } from '../lib/secret.ts';
import { oneLine } from '../lib/text.ts';
import { type Traced, untraced } from '../lib/traced.ts';
import { Failure, type FailureKind } from '../runs/failures.ts';
import { operationOf } from './operation.ts';
import { readTail } from './tail.ts';

/** Told of every request once it is over: what it was for, and GitLab's status (0: there was no answer). */
export type OnRequest = (operation: string, status: number) => void;

/** What is asked for has a name that no address can hold. */
const NO_NAME = { kind: 'refused', detail: 'it has a name in it that is none (. or ..)' } as const;

interface Options {
  readonly body?: FormData | Record<string, unknown>;
  readonly searchParams?: Record<string, unknown>;
  readonly signal?: AbortSignal;
}

/**
 * What gitbeaker's typed resources send their requests with, in place of its own requester: one attempt, since
 * repeating a POST blindly would write twice; no redirects, which would carry the token to wherever they point;
 * and errors that hold neither request nor token. `tail`: bytes of an answer that are kept, where not all are.
 */
export function createRequester(
  dispatcher: Dispatcher,
  onRequest: OnRequest,
  { tail, traced = untraced }: { tail?: number; traced?: Traced } = {},
) {
  return (resource: ResourceOptions): RequesterType => {
    const send =
      (method: Dispatcher.HttpMethod) =>
      async (endpoint: string, options: Options = {}) => {
        const below = new URL(resource.url.endsWith('/') ? resource.url : `${resource.url}/`);
        const operation = operationOf(method, `${below.pathname}${endpoint}`.replace(/^.*?\/api\/v4\//, ''));
        const url = new URL(endpoint, below);
        // Names are encoded, but `.` and `..` cannot be: they would lead to another endpoint than the one that is meant.
        if (url.href !== below.href + endpoint) throw new Failure(operation, NO_NAME);
        url.search = formatQuery(options.searchParams);
        const about = { 'http.request.method': method };
        const answer = await traced({ name: operation, isRequest: true, about }, (tell) =>
          attempt(url, {
            method,
            operation,
            resource,
            options,
            dispatcher,
            onRequest: (...request) => {
              tell({ 'http.response.status_code': request[1] });
              onRequest(...request);
            },
            tail,
          }),
        );
        return { ...answer, body: answer.body as never };
      };
    return {
      get: send('GET'),
      post: send('POST'),
      put: send('PUT'),
      patch: send('PATCH'),
      delete: send('DELETE'),
    };
  };
}

interface Attempt {
  readonly method: Dispatcher.HttpMethod;
  readonly operation: string;
  readonly resource: ResourceOptions;
  readonly options: Options;
  readonly dispatcher: Dispatcher;
  readonly onRequest: OnRequest;
  readonly tail: number | undefined;
}

async function attempt(
  url: URL,
  { method, operation, resource, options, dispatcher, onRequest, tail }: Attempt,
) {
  const { headers, authHeaders } = resource;
  const { body, signal } = options;
  const auth = await Promise.all(
    Object.entries(authHeaders).map(async ([name, value]) => [name, await value()] as const),
  );
  const hasBody = body !== undefined && !(body instanceof FormData) && method !== 'GET';
  let status = 0;
  try {
    const response = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: {
        ...headers,
        ...Object.fromEntries(auth),
        'user-agent': 'beckon',
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
      },
      body: hasBody ? JSON.stringify(toSnakeCase(body)) : null,
      signal: signal ?? null,
    });
    status = response.statusCode;
    const text = await (tail === undefined ? response.body.text() : readTail(response.body, tail));
    const answer = { status, headers: flatten(response.headers), text };
    if (status < 200 || status > 299) throw refusal(operation, answer);
    return { status, headers: answer.headers, body: parseBody(operation, answer) };
  } catch (error) {
    throw error instanceof Failure ? error : unanswered(operation, error);
  } finally {
    onRequest(operation, status);
  }
}

/** gitbeaker writes GitLab's keys in camel case. Only the outer ones are ours: the inner ones may be anybody's. */
function toSnakeCase(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

function parseBody(operation: string, { headers, text }: Answer): unknown {
  if (text === '') return null;
  if (!headers['content-type']?.includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy cut the answer off; the effect may well be there, and steps look before they repeat.
    throw new Failure(operation, { kind: 'transient', detail: 'the answer is not valid JSON' });
  }
}

function refusal(operation: string, { status, headers, text }: Answer): Failure {
  const retryAfter = headers['retry-after'];
  return new Failure(operation, {
    kind: kindOf(status),
    status,
    // It may repeat the token that it was sent, or the secret of a webhook.
    detail: `${status} ${describe(headers, hideSecrets(text))}`.trim(),
    retryAfter: retryAfter === undefined ? undefined : retryAfterMilliseconds(retryAfter),
  });
}

function kindOf(status: number): FailureKind {
  if (status === 429) return 'rate_limit';
  if (status >= 500 || status === 408) return 'transient';
  if (status === 401 || status === 403) return 'permission';
  if (status === 404 || status === 410) return 'gone';
  return 'refused';
}

/** GitLab's own words out of the many shapes of its error bodies. A rate limit answers in plain text. */
function describe(headers: Record<string, string>, text: string): string {
  if (headers.location !== undefined) return 'GitLab redirects: gitlab.url is not its final address';
  if (!headers['content-type']?.includes('json')) {
    return headers['content-type']?.includes('html')
      ? 'the answer is a web page, not one of the API'
      : oneLine(text, 300);
  }
  try {
    return oneLine(wordsOf(JSON.parse(text)), 300);
  } catch {
    return '';
  }
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value.replace(/^\d{3} /, '');
  if (Array.isArray(value)) return value.map(wordsOf).join(', ');
  if (typeof value !== 'object' || value === null) return '';
  if ('message' in value) return wordsOf(value.message);
  if ('error' in value) {
    const description = 'error_description' in value ? `: ${wordsOf(value.error_description)}` : '';
    return wordsOf(value.error) + description;
  }
  return Object.entries(value)
    .map(([key, inner]) => (key === 'base' ? wordsOf(inner) : `${key} ${wordsOf(inner)}`))
    .join(', ');
}

/** In seconds, or a date. */
function retryAfterMilliseconds(value: string): number | undefined {
  const seconds = Number(value);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

/** No answer: refused, cut off, timed out, or a certificate that is not trusted. */
function unanswered(operation: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isTimeout = error instanceof Error && (error.name === 'TimeoutError' || code.includes('TIMEOUT'));
  const words = isTimeout ? 'no answer in time' : oneLine(hideSecrets(messageOf(error)), 200) || code;
  const { why, remedy, isLasting } = explainNoAnswer(code, words);
  // Somebody may mend what lasts before a run gives up, and while it does there is nobody who could be told.
  const detail = isLasting ? `${code}, ${why}: ${remedy}` : words;
  return new Failure(operation, { kind: 'transient', detail });
}

function flatten(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
