import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The name under which a request keeps when it came. */
const CAME_AT = 'cameAt';

/**
 * Has requests know when they came. Fastify's own `elapsedTime` is 0 where there is neither a logger of its own nor an
 * `onResponse` hook, each of which costs more than this.
 */
export function timeRequests(app: FastifyInstance): void {
  app.decorateRequest(CAME_AT, 0);
  app.addHook('onRequest', (request, _reply, done) => {
    request.setDecorator(CAME_AT, performance.now());
    done();
  });
}

/** Milliseconds since the head of a request was here. */
export function elapsed(request: FastifyRequest): number {
  return performance.now() - request.getDecorator<number>(CAME_AT);
}
