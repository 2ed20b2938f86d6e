import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Home } from '../contracts/run-queue.ts';
import { type RunningBeckon, startBeckon } from '../gitlab/demo/beckon.ts';
import type { StartOptions } from '../gitlab/start.ts';
import { startRealGitLab } from '../gitlab/start-real.ts';
import { notesOf } from '../gitlab/world/lookup.ts';
import type { Note, Noteable } from '../gitlab/world/records-discussion.ts';
import { newFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { projectFiles } from './project-files.ts';

const SECRET = randomBytes(16).toString('hex');
export const ADMIN_TOKEN = randomBytes(16).toString('hex');
export const PROJECT = 'acme/web/shop';

/** Accounts of the agents, and where each has its flow. */
const AGENTS = {
  pusher: { flow: '.gitlab/duo/flows/pusher.yaml' },
  idle: { flow: '.gitlab/duo/flows/idle.yaml' },
  failing: { flow: '.gitlab/duo/flows/failing.yaml' },
  broken: { flow: '.gitlab/duo/flows/broken.yaml' },
  missing: { flow: '.gitlab/duo/flows/missing.yaml' },
  moved: { flow: '.gitlab/duo/flows/moved.yaml' },
  sleeper: { flow: '.gitlab/duo/flows/sleeper.yaml' },
  keeping: { flow: '.gitlab/duo/flows/keeping.yaml' },
  plain: {},
} as const;

export type Scene = Awaited<ReturnType<typeof openScene>>;
export type SceneOptions = NonNullable<Parameters<typeof openScene>[0]>;

/**
 * A stand-in GitLab with a project, people and service accounts, and the built program beside it with its queue in
 * `home` (embedded where left out), joined by a webhook.
 */
export async function openScene({
  home,
  subPath = '',
  triggers = [],
  rules = {},
  apart = false,
  byInputs = false,
  agents = AGENTS,
  files = {},
  limits = {},
  operator = false,
  port = 0,
  gitlabLimits = {},
  hooked = true,
  clock = Date.now,
  path = process.env.PATH ?? '',
  byFile = false,
  environment = {},
  signIn = false,
  notify = [],
}: {
  /** Opened and closed with the scene, which has it for itself: one with a URL. */
  home?: Home;
  subPath?: string;
  triggers?: readonly object[];
  /** More of the trigger of an agent. */
  rules?: Readonly<Record<string, object>>;
  /** One process that receives and two that perform, in place of one for both. */
  apart?: boolean;
  /** The project lets nobody set pipeline variables, and has the entry file that takes inputs. */
  byInputs?: boolean;
  /** The agents in place of the usual ones; each gets the account `<name>-bot`. */
  agents?: Readonly<
    Record<string, { flow?: string; notify?: string; reactions?: boolean; signingKey?: string }>
  >;
  /** More files for the project, by path. */
  files?: Readonly<Record<string, string>>;
  /** As in the config. */
  limits?: object;
  /** The config has the token of a Maintainer. */
  operator?: boolean;
  /** Where Beckon listens; any free port where left out. */
  port?: number;
  /** Requests a minute that GitLab allows, by kind. */
  gitlabLimits?: StartOptions['limits'];
  /** Whether the project has a webhook that leads to the program. */
  hooked?: boolean;
  /** GitLab's clock, in milliseconds since the epoch. */
  clock?: () => number;
  /** The PATH of jobs. */
  path?: string;
  /** People sign in to the dashboard with GitLab; needs `port`. */
  signIn?: boolean;
  /** The secrets of the config are in files of the folder `secrets`, not in the environment. */
  byFile?: boolean;
  /** More of the environment of Beckon. */
  environment?: Readonly<Record<string, string>>;
  /** As in the config. */
  notify?: readonly object[];
} = {}) {
  const folder = await newFolder();
  const opened = await home?.open();
  const log: string[] = [];
  await mkdir(join(folder, 'gitlab'));
  const gitlab = await startRealGitLab({
    folder: join(folder, 'gitlab'),
    subPath,
    path,
    limits: gitlabLimits,
    now: () => new Date(clock()),
  });
  const { world } = gitlab;
  world.addUser({ username: 'alice', name: 'Alice Ito' });
  world.addUser({ username: 'rita', name: 'Rita Reporter' });
  world.addUser({ username: 'sam', name: 'Sam Stranger' });
  const project = await world.addProject({
    path: PROJECT,
    files: { ...projectFiles({ byInputs }), ...files },
    visibility: 'public',
    pipelineVariablesRole: byInputs ? 'no_one_allowed' : 'developer',
  });
  world.addMember({ user: 'alice', project, level: 'developer' });
  world.addMember({ user: 'rita', project, level: 'reporter' });
  const env: Record<string, string> = { WEBHOOK_SECRET: SECRET, ADMIN_TOKEN, ...environment };
  for (const name of Object.keys(agents)) {
    const user = world.addUser({ username: `${name}-bot`, name, bot: true });
    world.addMember({ user, project, level: 'developer' });
    const token = world.addToken({ user, scopes: ['api'] });
    world.setVariable({
      project,
      key: `GITLAB_TOKEN_${name.toUpperCase()}`,
      value: token.value,
      masked: true,
    });
    env[`TOKEN_${name.toUpperCase()}`] = token.value;
  }
  if (operator) {
    const user = world.addUser({ username: 'olga', name: 'Olga Operator' });
    world.addMember({ user, project, level: 'maintainer' });
    env.TOKEN_OF_OPERATOR = world.addToken({ user, scopes: ['api'] }).value;
  }
  const publicUrl = `http://127.0.0.1:${port}`;
  const application = world.addApplication({ redirectUris: [`${publicUrl}/login/callback`] });
  if (signIn) env.OAUTH_SECRET = application.secret;
  const secret = (name: string) => (byFile ? `\${file:secrets/${name}}` : `\${${name}}`);
  const writeSecret = (name: string, value: string) => writeFile(join(folder, 'secrets', name), `${value}\n`);
  if (byFile) {
    await mkdir(join(folder, 'secrets'));
    for (const [name, value] of Object.entries(env)) await writeSecret(name, value);
  }
  const oauth = { clientId: application.clientId, clientSecret: secret('OAUTH_SECRET') };
  const config = {
    gitlab: { url: gitlab.url, ...(operator ? { token: secret('TOKEN_OF_OPERATOR') } : {}) },
    server: { port, adminToken: secret('ADMIN_TOKEN'), ...(signIn ? { publicUrl, oauth } : {}) },
    webhook: { secretTokens: [secret('WEBHOOK_SECRET')] },
    queue:
      opened !== undefined && 'url' in opened
        ? { url: opened.url.reveal() }
        : { dataDir: join(folder, 'data') },
    // Tests ask for far more than people do.
    limits: {
      rate: { perUser: '1000/h', perProject: '1000/h', perAgent: '1000/h' },
      runs: { perUser: 10, perProject: 10 },
      ...limits,
    },
    agents: Object.fromEntries(
      Object.entries(agents).map(([name, agent]) => [
        name,
        { account: `${name}-bot`, token: secret(`TOKEN_${name.toUpperCase()}`), ...agent },
      ]),
    ),
    triggers: [
      ...Object.keys(agents).map((agent) => ({
        agent,
        events: ['mention', 'assign', 'assign_reviewer'],
        projects: ['acme/**'],
        ...rules[agent],
      })),
      ...triggers,
    ],
    notify,
  };
  const start = (role: 'all' | 'web' | 'worker' = 'all') =>
    startBeckon(config, { folder, env: byFile ? {} : env, role, onLog: (line) => log.push(line) });
  let beckon: RunningBeckon = await start(apart ? 'web' : 'all');
  const workers: RunningBeckon[] = [];
  for (let count = 0; apart && count < 2; count += 1) workers.push(await start('worker'));
  const hook = world.addHook({
    project,
    url: `${beckon.address}/webhooks/gitlab`,
    token: SECRET,
    events: ['note', 'confidential_note', 'issues', 'merge_requests', 'pipeline', 'emoji', 'push'],
  });
  if (!hooked) world.deleteHook(hook);

  return {
    gitlab,
    world,
    project,
    hook,
    log,
    env,
    /** Kills the program as a power cut would, and starts it again. */
    async killAndRestart() {
      await beckon.end('SIGKILL');
      await this.startBeckon();
    },
    async startBeckon() {
      beckon = await start();
      if (hooked) world.updateHook({ hook, url: `${beckon.address}/webhooks/gitlab` });
    },
    /** Ends all processes of Beckon as an operator would; their exit codes. */
    stopAll: () => Promise.all([beckon, ...workers].map((process) => process.end('SIGTERM'))),
    stopBeckon: (signal: NodeJS.Signals = 'SIGTERM') => beckon.end(signal),
    config,
    /** Puts other files in place of those that the program was started with. */
    writeSecret,
    writeConfig: (text: object | string) =>
      writeFile(join(folder, 'beckon.yaml'), typeof text === 'string' ? text : stringify(text)),
    address: () => beckon.address,
    pid: () => beckon.pid,
    /** What accounts of ours have written on an item, oldest first. */
    botNotes: (on: Noteable): readonly Note[] =>
      notesOf(on, world.state).filter(
        (note) => !note.system && world.state.users.get(note.authorId)?.bot === true,
      ),
    async close() {
      await Promise.all([beckon, ...workers].map((process) => process.end('SIGTERM')));
      await gitlab.webhooksSettled();
      await gitlab.close();
      await home?.close();
      // A job that was cut off may still be writing.
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** Waits until the one note of a run on this item says what `text` matches. */
export async function noteSaying(
  scene: Scene,
  on: Noteable,
  text: RegExp,
  { ms = 60_000 } = {},
): Promise<Note> {
  let found: Note | undefined;
  await until(
    () => `a note that says ${text}; there is ${JSON.stringify(scene.botNotes(on).map((note) => note.body))}`,
    () => {
      found = scene.botNotes(on).find((note) => text.test(note.body));
      return found !== undefined;
    },
    { ms },
  );
  if (found === undefined) throw new Error('it was found');
  return found;
}
