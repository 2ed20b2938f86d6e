import { createHash, timingSafeEqual } from 'node:crypto';
import { Queue } from 'bullmq';
import fastify from 'fastify';
import { rawBody } from '../../src/http/raw-body.ts';
import { openBackend } from '../../src/queue/open-backend.ts';

/**
 * The most that our parts can do: Fastify with the same body read and the token compared, and where a home of the queue is
 * named, one `add` of BullMQ of a job as Beckon's. Nothing of the body is looked at, nothing is logged or counted.
 */
const { token, job, redis, dataDir } = JSON.parse(process.argv[2] ?? '') as {
  token: string;
  job?: { name: string; data: object; opts: object };
  redis?: { host: string; port: number; password: string };
  dataDir?: string;
};

const digest = (text: string) => createHash('sha256').update(text).digest();
const right = digest(token);
const embedded = dataDir === undefined ? undefined : await openBackend({ kind: 'embedded', dataDir });
const queue = redis === undefined ? embedded?.queue : new Queue('ceiling', { connection: redis });
const app = fastify({ logger: false });
rawBody(app, () => ({ grow: () => true, leave: () => {} }));
let count = Date.now();

app.post('/webhooks/gitlab', async (request, reply) => {
  const given = request.headers['x-gitlab-token'];
  if (typeof given !== 'string' || !timingSafeEqual(digest(given), right)) return reply.code(401).send();
  if (queue === undefined || job === undefined) return { status: 'ignored' };
  count += 1;
  await queue.add(job.name, job.data, { ...job.opts, jobId: `run-${count}` });
  return reply.code(202).send({ status: 'accepted' });
});

console.log(JSON.stringify({ address: await app.listen({ host: '127.0.0.1', port: 0 }) }));
process.on('SIGTERM', async () => {
  await embedded?.close();
  process.exit(0);
});
