import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Somebody who is posted to: keeps what comes, and answers 200 unless `answer` does something else. */
export async function startReceiver({
  port = 0,
  answer,
}: {
  port?: number;
  answer?: (response: ServerResponse, count: number) => void;
} = {}) {
  const posts: ReceivedPost[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    posts.push({ path: request.url ?? '', headers: request.headers, body });
    if (answer === undefined) response.end('ok');
    else answer(response, posts.length);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: at } = server.address() as AddressInfo;
  return {
    posts,
    port: at,
    url: `http://127.0.0.1:${at}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
