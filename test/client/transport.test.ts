import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openTransport } from '../../src/gitlab/transport.ts';

const RUNS = 20;
/** More than there are connections for all else. */
const AT_ONCE = 32 + RUNS;

it('has a connection for each run that is stepped at once', async () => {
  const held: ServerResponse[] = [];
  // Nobody is answered before all have asked.
  const server = createServer((_request, response) => {
    held.push(response);
    if (held.length === AT_ONCE) for (const one of held) one.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dispatcher = await openTransport({ caFile: undefined, runs: RUNS });
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = () => dispatcher.request({ origin, path: '/', method: 'GET' });
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, ask));
  expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
  await Promise.all(answers.map(({ body }) => body.dump()));
});
