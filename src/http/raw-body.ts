import type { FastifyInstance } from 'fastify';

/** Has every body kept as it came, in one piece, up to so many bytes; of whatever type it says it is. */
export function rawBody(app: FastifyInstance, maxBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBytes }, (_request, body, done) =>
    done(null, body),
  );
}
