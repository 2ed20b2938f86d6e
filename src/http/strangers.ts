import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * How often one address may be wrong within a minute, as @fastify/rate-limit wants to be told. Each process counts for
 * itself, in memory: this makes guessing slow and cheap to answer, and a few guesses more for each process do not
 * matter. An IPv6 address counts by its /64, which has one owner.
 */
export const STRANGERS = {
  global: false,
  max: 300,
  timeWindow: 60_000,
  // Who hung up at once has no address any more; they count together, or a flood of them would fill the log.
  keyGenerator: ({ ip }: { ip: string | undefined }) => normalizeIP(ip ?? 'gone'),
} as const;

/** Counts a request that nobody of ours would send; the seconds to wait where its address sent too many. */
export type CountStranger = (request: FastifyRequest) => Promise<number | undefined>;

/** All that are made of one server count together. Needs the plugin @fastify/rate-limit. */
export function createCountStranger(app: FastifyInstance): CountStranger {
  const count = app.createRateLimit();
  return async (request) => {
    const counted = await count(request);
    return counted.isAllowed || !counted.isExceeded ? undefined : counted.ttlInSeconds;
  };
}
