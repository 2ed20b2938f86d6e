import type { IncomingHttpHeaders } from 'node:http';
import type { Conversation, Reply } from '../model.ts';

/** An event of a stream; the name is left out where the API has none. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: object | string;
}

/** One of the providers' APIs. */
export interface Dialect {
  /** The path of its endpoint, as Fastify writes it. */
  readonly path: string;
  readonly keyOf: (headers: IncomingHttpHeaders) => string | undefined;
  /** The body of an error, in the words of the provider. */
  readonly error: (status: number, message: string) => object;
  readonly read: (body: Body, path: string) => Conversation;
  /** The whole answer. */
  readonly answer: (reply: Reply, body: Body) => object;
  /** The same answer in events. */
  readonly stream: (reply: Reply, body: Body) => readonly StreamEvent[];
}

/** A parsed request; every API has other fields in it. */
// biome-ignore lint/suspicious/noExplicitAny: the bodies of four APIs, of which only a few fields are read.
export type Body = any;

/** The token of an `Authorization: Bearer` header. */
export function bearer(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}

let last = 0;
/** An id that no other answer has. */
export function newId(prefix: string): string {
  last += 1;
  return `${prefix}_${String(last).padStart(8, '0')}`;
}

/** The list, or an empty one. */
export function list(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value : [];
}
