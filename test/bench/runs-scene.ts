import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueueHome } from '../../src/config/config.ts';
import type { Mention } from '../../src/events/event.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { planRun } from '../../src/runs/plan.ts';
import type { Run } from '../../src/runs/run.ts';
import { agent, trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';
import { type RunningBeckon, startBeckon } from '../gitlab/demo/beckon.ts';
import { newRedis } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';
import { type BenchGitLab, startBenchGitLab } from './gitlab.ts';

const MANY = 100_000;
const RATE = `${MANY}/s`;
export const SECRET = randomBytes(16).toString('hex');

export interface SceneOptions {
  readonly home: 'redis' | 'embedded';
  /** Runs stepped at once. */
  readonly concurrency?: number;
  /** Runs active at once; all that come where left out. */
  readonly active?: number;
  readonly gitlab?: Parameters<typeof startBenchGitLab>[0];
  /** Flags of Node for the program. */
  readonly nodeFlags?: string;
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

/** The built program with a queue of its own, and a GitLab that answers each request after the same time. */
export async function openScene({ home, concurrency = 20, active = MANY, ...options }: SceneOptions) {
  const folder = await newFolder();
  const redis = home === 'redis' ? await newRedis({ fsync: 'everysec' }) : undefined;
  await redis?.start();
  const gitlab: BenchGitLab = await startBenchGitLab(options.gitlab);
  const at: QueueHome =
    redis === undefined
      ? { kind: 'embedded', dataDir: join(folder, 'data') }
      : { kind: 'redis', url: redis.url };
  const config = {
    gitlab: { url: gitlab.url },
    server: { port: 0 },
    webhook: { secretTokens: ['${WEBHOOK_SECRET}'] },
    queue: {
      ...(at.kind === 'redis' ? { url: at.url.reveal() } : { dataDir: join(folder, 'data') }),
      concurrency,
    },
    limits: {
      rate: { perUser: RATE, perProject: RATE, perAgent: RATE, perObject: RATE },
      runs: { global: active, perProject: MANY, perAgent: MANY, perUser: MANY },
      maxEventAge: '3650d',
    },
    agents: {
      claude: { account: 'claude-bot', token: '${TOKEN_CLAUDE}', flow: '.gitlab/duo/flows/claude.yaml' },
    },
    triggers: [{ agent: 'claude', events: ['mention'], projects: ['acme/**'] }],
    catchUp: { todos: 'off' },
  };
  const began = performance.now();
  const beckon: RunningBeckon = await startBeckon(config, {
    folder,
    env: {
      WEBHOOK_SECRET: SECRET,
      TOKEN_CLAUDE: randomBytes(16).toString('hex'),
      NODE_OPTIONS: options.nodeFlags ?? '',
    },
  });
  const started = performance.now() - began;
  const backend = await openBackend(at, { isGuest: true });
  const queue = createRunQueue(backend, { retention: 86_400_000 });

  return {
    gitlab,
    beckon,
    queue,
    backend,
    folder,
    /** Milliseconds until the program was ready. */
    started,
    async close() {
      await queue.close();
      await beckon.end('SIGTERM');
      await gitlab.close();
      await redis?.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

const RULE = trigger({ agent: agent() });

/** The run of a mention that stands by itself on an issue, or a merge request, of its own. */
export function benchRun(iid: number, { onMergeRequest = false } = {}): Run {
  const resource = { iid, title: 'The basket is empty', url: `http://x/-/issues/${iid}` };
  const event: Mention = {
    ...mention(),
    resource: onMergeRequest
      ? { ...resource, type: 'merge_request', sourceBranch: 'work', targetBranch: 'main', sourceProjectId: 7 }
      : { ...resource, type: 'issue' },
    note: { ...mention().note, id: iid, individual: true },
  };
  return planRun({ event, trigger: RULE }, { gitlabUrl: 'http://x', now: Date.now() });
}
