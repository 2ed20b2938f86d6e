import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The secret of the config in a scene. */
export const SECRET = 'a-secret';

/** A place for webhooks that wants the secret of the config, and says in words what it thinks of a delivery. */
export async function openReceiver(): Promise<{ readonly url: string; secret: string }> {
  const receiver = { url: '', secret: SECRET };
  const server = createServer((request, response) => {
    const isKnown = request.headers['x-gitlab-token'] === receiver.secret;
    request
      .resume()
      .on('end', () => response.writeHead(isKnown ? 200 : 401).end(isKnown ? 'fine' : 'who is this'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}
