import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError } from '../lib/errors.ts';
import type { Place } from './room.ts';

/** GitLab's own limit for the body of a webhook. */
export const MAX_BODY = 25 * 1024 * 1024;

/** Stands for a body for which there was no room. */
export const NO_ROOM = Symbol('no room');

/** Has every body kept as it came, in one piece, whatever type it says it is, as far as there is room for it. */
export function rawBody(app: FastifyInstance, placeOf: (request: FastifyRequest) => Place): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    (request: FastifyRequest, body: Readable, done: (error: Error | null, body?: unknown) => void) =>
      readBody(body, placeOf(request), done),
  );
}

/**
 * Reads a body into its place in the room. {@link NO_ROOM} once one that did not fit has gone by: whoever is cut off in
 * the middle of sending hears no answer. Fails with `body_too_large`, or with what broke the connection.
 */
function readBody(
  body: Readable,
  place: Place,
  done: (error: Error | null, body?: Buffer | typeof NO_ROOM) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let fits = true;

  function take(chunk: Buffer): void {
    size += chunk.length;
    fits &&= place.grow(chunk.length);
    if (fits) chunks.push(chunk);
    else drop();
    if (size > MAX_BODY) end(new BeckonError('body_too_large', 'the body is over the limit'));
  }
  function drop(): void {
    chunks.length = 0;
    place.leave();
  }
  function end(error?: Error): void {
    body.off('data', take).off('end', end).off('error', end);
    if (error !== undefined) done(error);
    else done(null, fits ? whole(chunks) : NO_ROOM);
  }
  // One that is gone already tells nothing any more.
  if (body.destroyed) done(new BeckonError('aborted', 'the connection is gone'));
  else body.on('data', take).on('end', end).on('error', end);
}

/** Most bodies come in one piece, which need not be copied. */
function whole(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}
