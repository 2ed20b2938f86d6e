import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { anthropicMessages } from './dialects/anthropic.ts';
import type { Dialect, StreamEvent } from './dialects/dialect.ts';
import { gemini } from './dialects/gemini.ts';
import { openAiChat } from './dialects/openai-chat.ts';
import { openAiResponses } from './dialects/openai-responses.ts';
import { replyTo, type Step } from './model.ts';

const DIALECTS: readonly Dialect[] = [anthropicMessages, openAiResponses, openAiChat, gemini];

/** A request as it arrived. */
export interface LlmRequest {
  /** With the query. */
  readonly path: string;
  /** The key that it came with. */
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed JSON. */
  readonly body: unknown;
}

/** A provider of models to talk to. */
export interface StandInLlm {
  /** Without a trailing slash and without `/v1`. */
  readonly url: string;
  /** Every request for an answer so far, oldest first. */
  readonly requests: readonly LlmRequest[];
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the providers' APIs on loopback, whose model follows a script. A request with another key
 * than `key` gets 401.
 */
export async function startLlm({
  key,
  script,
  port = 0,
}: {
  key: string;
  script: readonly Step[];
  port?: number;
}): Promise<StandInLlm> {
  const requests: LlmRequest[] = [];
  const app = fastify({ bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) =>
    reply.code(400).send({ error: { message: String(error) } }),
  );
  for (const dialect of DIALECTS)
    app.post(dialect.path, async (request, reply) => {
      const { headers, body, url } = request;
      const path = url.split('?')[0] ?? url;
      requests.push({ path: url, key: dialect.keyOf(headers), headers, body });
      if (dialect.keyOf(headers) !== key)
        // A header of Anthropic's, without which Claude Code tries ten times over some minutes.
        return reply
          .code(401)
          .header('x-should-retry', 'false')
          .send(dialect.error(401, 'The API key is not valid.'));
      const conversation = dialect.read(body, path);
      const said = replyTo(conversation, script);
      if (!conversation.stream) return dialect.answer(said, body);
      return reply.type('text/event-stream').send(dialect.stream(said, body).map(frame).join(''));
    });
  // Agents look first whether anybody is there, and ask for models and counts; none of that stops them.
  app.get('/', async () => ({}));
  await app.listen({ host: '127.0.0.1', port });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    requests,
    close: () => app.close(),
  };
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
function frame({ event, data }: StreamEvent): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
}
