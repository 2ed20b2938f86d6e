import { expect, it } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { createReceive } from '../../src/receive.ts';
import { config } from '../builders/config.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { silentObserver } from '../doubles/observer.ts';
import { setUp as setUpGitLab } from '../gitlab/test-support/setup.ts';
import { setUp } from './set-up.ts';

const SIGNING_TOKEN = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

it('what GitLab signs is taken, and resent taken again, and recorded worth nothing', async () => {
  let later = 0;
  const { world, project, alice, api, gitlab } = await setUpGitLab({
    version: '19.1.0',
    now: () => new Date(Date.now() + later),
  });
  const taken = new Set<string>();
  const receive = createReceive({
    config: config(),
    queue: {
      add: async ({ id }) => {
        const duplicate = taken.has(id);
        taken.add(id);
        return { duplicate };
      },
      addCommand: async () => {},
      wake: async () => {},
    },
    caughtUp: caughtUpDouble(),
    observer: silentObserver,
    clock: Date.now,
  });
  const webhook = { ...config().webhook, secretTokens: [], signingTokens: [new Secret(SIGNING_TOKEN)] };
  const { server, outcomes } = setUp({ receive, webhook });
  const recorded: { headers: Record<string, string>; body: Buffer }[] = [];
  server.addHook('preHandler', async ({ headers, body }) => {
    recorded.push({ headers: headers as Record<string, string>, body: body as Buffer });
  });
  const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/webhooks/gitlab`;
  const { id: hookId } = world.addHook({ project, url, events: ['note'], signingToken: SIGNING_TOKEN });
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  world.comment({ issue, author: alice, body: '@claude-bot please' });
  await gitlab.webhooksSettled();
  expect(await outcomes()).toEqual({ accepted: 1 });

  later = 2_000;
  const events = `/projects/:id/hooks/${hookId}/events`;
  const [event] = (await api(alice, 'GET', events)).body;
  const resent = await api(alice, 'POST', `${events}/${event.id}/resend`);
  expect(resent.body).toEqual({ response_status: 202 });
  expect(recorded[1]?.headers['webhook-id']).toBe(recorded[0]?.headers['webhook-id']);
  expect(await outcomes()).toEqual({ accepted: 1, duplicate: 1 });

  for (const { headers, body } of recorded.slice(0, 2)) {
    const response = await server.inject({
      method: 'POST',
      url: '/webhooks/gitlab',
      headers,
      payload: body,
    });
    expect(response.statusCode).toBe(401);
  }
  expect(await outcomes()).toEqual({ accepted: 1, duplicate: 1, replayed: 2 });
});
