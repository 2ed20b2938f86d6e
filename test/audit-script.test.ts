import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from './support/temporary.ts';

const script = fileURLToPath(new URL('../.ci/audit', import.meta.url));

/** Runs the script against a registry that answers audits with this, and everything else with 404. */
async function audit(status: number, body: object) {
  const server = createServer((request, response) => {
    const isAudit = request.url?.endsWith('/advisories/bulk') ?? false;
    response.writeHead(isAudit ? status : 404, { 'content-type': 'application/json' });
    request.resume().on('end', () => response.end(JSON.stringify(isAudit ? body : {})));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: await temporaryFolder(),
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_fetch_retries: '0',
  };
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = execFile('bash', [script], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}

const advisory = (severity: string) => ({
  pino: [{ id: 1, url: 'https://example.com/1', title: 'A hole', severity, vulnerable_versions: '<999' }],
});

describe('.ci/audit', () => {
  it.each([
    ['nothing', {}, 0],
    ['something moderate', advisory('moderate'), 0],
    ['something high', advisory('high'), 1],
    ['something critical', advisory('critical'), 1],
  ])(
    'of %s that is known ends rightly',
    async (_what, body, code) => {
      expect(await audit(200, body)).toMatchObject({ code });
    },
    60_000,
  );

  it('says so where the registry answers no audits, and does not fail', async () => {
    expect(await audit(405, {})).toEqual({
      code: 0,
      output: expect.stringMatching(/answers no audits, so nobody has looked/),
    });
  }, 60_000);
});
