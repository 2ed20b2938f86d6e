import type { RedisServer } from '../support/redis.ts';

export const TOKEN = 'a-secret-of-the-bench';

/** A config with one trigger for mentions. The GitLab in it answers nobody. */
export function benchConfig({
  redis,
  dataDir,
  ...more
}: {
  redis?: Pick<RedisServer, 'url'>;
  dataDir?: string;
  readonly [key: string]: unknown;
}): object {
  return {
    gitlab: { url: 'http://127.0.0.1:9' },
    server: { port: 0 },
    webhook: { secretTokens: [TOKEN] },
    queue: redis === undefined ? { dataDir } : { url: redis.url.reveal() },
    limits: { maxEventAge: '365d' },
    agents: { claude: { account: 'claude-bot', token: 'a-token-of-the-bench' } },
    triggers: [{ agent: 'claude', events: ['mention', 'assign', 'assign_reviewer'], projects: ['acme/**'] }],
    ...more,
  };
}
