import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterEach } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { createGitLab } from '../../src/gitlab/client.ts';
import { createSignIn } from '../../src/gitlab/sign-in.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { Run } from '../../src/runs/run.ts';
import { agent, config, trigger } from '../builders/config.ts';
import { startGitLab } from '../gitlab/start.ts';
import type { Project } from '../gitlab/world/records-project.ts';
import { aRun } from '../queue/a-run.ts';
import { visitorOf } from '../support/visitor.ts';
import { setUpAdmin } from './admin-set-up.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Options {
  readonly clock?: () => number;
  readonly isConfidential?: boolean;
  /** Of the application, where it is not the right one. */
  readonly clientSecret?: string;
  readonly scopes?: readonly string[];
  readonly webhook?: Partial<Config['webhook']>;
}

/**
 * The dashboard on a port beside a GitLab with alice in acme/shop and bob in acme/secret, in whose name runs can be
 * put there.
 */
export async function setUpPeople({
  clock,
  isConfidential = true,
  clientSecret,
  scopes,
  webhook,
}: Options = {}) {
  const gitlab = await startGitLab({ openApi: false });
  const { world } = gitlab;
  const bot = world.addUser({ username: 'claude-bot', bot: true });
  const alice = world.addUser({ username: 'alice', name: 'Alice Ito' });
  const bob = world.addUser({ username: 'bob' });
  const shop = await world.addProject({ path: 'acme/shop' });
  const secret = await world.addProject({ path: 'acme/secret' });
  for (const project of [shop, secret]) world.addMember({ project, user: bot, level: 'developer' });
  world.addMember({ project: shop, user: alice, level: 'developer' });
  world.addMember({ project: secret, user: bob, level: 'developer' });

  const claude = agent({ token: new Secret(world.addToken({ user: bot }).value) });
  const dispatcher = new Agent();
  open.push(gitlab, { close: () => dispatcher.destroy() });
  const wire = { dispatcher, onRequest: () => {} };
  const client = createGitLab({ url: gitlab.url, token: claude.token }, wire);
  let application = world.addApplication({ redirectUris: [] });
  const real = () => {
    const secretOf = clientSecret ?? application.secret;
    return createSignIn(
      {
        url: gitlab.url,
        application: {
          clientId: application.clientId,
          clientSecret: isConfidential ? new Secret(secretOf) : undefined,
        },
        redirectUri: application.redirectUris[0] ?? '',
      },
      wire,
    );
  };
  const admin = setUpAdmin([], {
    config: config({
      triggers: [trigger({ agent: claude })],
      webhook: { ...config().webhook, ...webhook },
    }),
    ...(clock === undefined ? {} : { clock }),
    gitlabOf: () => client,
    signIn: {
      begin: () => real().begin(),
      finish: (parameters, begun) => real().finish(parameters, begun),
    },
  });
  await admin.server.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(admin.server.server.address() as AddressInfo).port}`;
  application = world.addApplication({
    name: 'Beckon',
    redirectUris: [`${url}/login/callback`],
    confidential: isConfidential,
    ...(scopes === undefined ? {} : { scopes }),
  });

  /** Puts a run there that somebody asked for. */
  const addRun = (
    project: Project,
    { username, id }: { username: string; id: number },
    changes: Partial<Run> & { title?: string } = {},
  ): Run => {
    const { title = 'Basket', ...fields } = changes;
    const { event, ...run } = aRun(fields);
    const actor = { id, username, name: username };
    const path = project.pathWithNamespace;
    const there = { ...event.project, id: project.id, path };
    const resource = event.resource && { ...event.resource, title };
    const made = { ...run, event: { ...event, actor, project: there, resource } as Run['event'] };
    admin.kept.set(made.id, made);
    return made;
  };
  return {
    ...admin,
    gitlab,
    world,
    url,
    alice,
    bob,
    shop,
    secret,
    addRun,
    visitor: () => visitorOf(url, gitlab),
  };
}
