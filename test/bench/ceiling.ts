import { createHash, timingSafeEqual } from 'node:crypto';
import { Queue } from 'bullmq';
import fastify from 'fastify';
import { rawBody } from '../../src/http/raw-body.ts';

/**
 * The most that our parts can do: Fastify with the same body read and the token compared, and where a home of the queue is
 * named, one `add` of BullMQ of a job as Beckon's. Nothing is parsed beyond what the job needs, nothing is logged or counted.
 */
const { token, job, redis } = JSON.parse(process.argv[2] ?? '') as {
  token: string;
  job?: object;
  redis?: { host: string; port: number };
};

const digest = (text: string) => createHash('sha256').update(text).digest();
const right = digest(token);
const queue = redis === undefined ? undefined : new Queue('ceiling', { connection: redis });
const app = fastify({ logger: false });
rawBody(app, 25 * 1024 * 1024);
let count = 0;

app.post('/webhooks/gitlab', async (request, reply) => {
  const given = request.headers['x-gitlab-token'];
  if (typeof given !== 'string' || !timingSafeEqual(digest(given), right)) return reply.code(401).send();
  if (queue === undefined) return { status: 'ignored' };
  count += 1;
  await queue.add('run', job, { jobId: `run-${count}` });
  return reply.code(202).send({ status: 'accepted' });
});

console.log(JSON.stringify({ address: await app.listen({ host: '127.0.0.1', port: 0 }) }));
process.on('SIGTERM', () => process.exit(0));
