import { createGitLab } from '../gitlab/client.ts';
import type { Wire } from '../gitlab/connection.ts';
import { createWebhooks } from '../gitlab/hooks.ts';
import { createTodos } from '../gitlab/todos.ts';
import { openTransport } from '../gitlab/transport.ts';
import { createWhy, type Why, type WhyTools } from '../why/why.ts';
import { ofAgents } from './base.ts';

/** Says why an agent did not answer. Each question has connections to GitLab of its own: they are asked seldom. */
export function createOwnWhy(
  tools: Omit<WhyTools, 'withGitLab'>,
  { onRequest }: Pick<Wire, 'onRequest'>,
): Why {
  const { config } = tools;
  const { url, token, caFile } = config.gitlab;
  return createWhy({
    ...tools,
    async withGitLab(ask) {
      const dispatcher = await openTransport({ caFile });
      const wire = { dispatcher, onRequest };
      const operator = token && createWebhooks({ url, token }, wire);
      try {
        return await ask({
          gitlabOf: ofAgents(config, (login) => createGitLab(login, wire)),
          commentsOf: ofAgents(config, (login) => createTodos(login, wire)),
          hooksOf: ofAgents(config, (login) => operator ?? createWebhooks(login, wire)),
        });
      } finally {
        await dispatcher.destroy();
      }
    },
  });
}
