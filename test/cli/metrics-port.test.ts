import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { startBeckon } from '../gitlab/demo/beckon.ts';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary.ts';

it('lets a worker answer probes and metrics on a port of their own', async () => {
  const folder = await temporaryFolder();
  const minimal = parse(readFileSync(new URL('../../config/minimal.yaml', import.meta.url), 'utf8'));
  const port = await freePort();
  const worker = await startBeckon(
    { ...minimal, gitlab: { url: 'http://127.0.0.1:9' }, queue: { dataDir: `${folder}/data` } },
    {
      folder,
      role: 'worker',
      options: ['--metrics-port', String(port)],
      env: { BECKON_WEBHOOK_SECRET: 'a-secret', GITLAB_TOKEN_CLAUDE: 'glpat-1' },
    },
  );
  try {
    expect(worker.address).toBe('');
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect((await get('/livez')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/^beckon_build_info\{version="[^"]+",role="worker"\} 1$/m);
    expect(metrics).toContain('beckon_queue_up 1');
    expect((await get('/webhooks/gitlab')).status).toBe(404);
  } finally {
    expect(await worker.end('SIGTERM')).toBe(0);
  }
}, 60_000);
