import { randomBytes } from 'node:crypto';
import { type StandInGitLab, startGitLab } from '../gitlab/start.ts';
import type { User } from '../gitlab/world/records-people.ts';
import type { Project } from '../gitlab/world/records-project.ts';
import { freePort } from '../support/free-port.ts';
import type { ChaosHome } from './homes.ts';

/** The agents: what each does in its pipeline, and how its progress note ends for that. */
export const AGENTS = [
  { name: 'pusher', does: 'commits', ends: /It (opened|updated) the merge request/, notify: 'auto' },
  { name: 'idle', does: 'nothing', ends: /It made no changes/, notify: 'never' },
  { name: 'failing', does: 'fails', ends: /Agent has failed/, notify: 'never' },
] as const;
export type AgentKind = (typeof AGENTS)[number];

const PEOPLE = ['ann', 'ben', 'cleo', 'dan', 'eva', 'finn', 'gia', 'hal'] as const;
const PROJECTS = ['acme/shop', 'acme/tools'] as const;
const FLOW_FILE = '.gitlab/duo/flows/pusher.yaml';
const FLOW = 'image: alpine\ncommands: [./agent]\n';

export interface ChaosScene {
  readonly gitlab: StandInGitLab;
  readonly projects: readonly Project[];
  readonly people: readonly string[];
  /** The accounts of the agents, in the order of {@link AGENTS}. */
  readonly accounts: readonly User[];
  /** A Maintainer's, to have deliveries sent again. */
  readonly adminToken: string;
  /** For the program: its config and its environment. */
  readonly config: object;
  readonly env: Record<string, string>;
  /** What may be in no log. */
  readonly secrets: readonly string[];
}

/** A GitLab with two projects, the second of which tells of everything twice, and the program's config for it. */
export async function openScene({
  queue,
  password,
}: Pick<ChaosHome, 'queue' | 'password'>): Promise<ChaosScene> {
  const gitlab = await startGitLab({
    // What a webhook that is off does not send, nobody could take.
    disablesHooks: false,
    limits: { notes: 100_000, hookResends: 100_000 },
  });
  const { world } = gitlab;
  const port = await freePort();
  const secret = randomBytes(16).toString('hex');
  for (const username of PEOPLE) world.addUser({ username });
  const accounts = AGENTS.map(({ name }) => world.addUser({ username: `${name}-bot`, name, bot: true }));
  const tokens = accounts.map((user) => world.addToken({ user, scopes: ['api'] }).value);
  const adminToken = world.addToken({ user: 'root', scopes: ['api'] }).value;
  const projects: Project[] = [];
  for (const [index, path] of PROJECTS.entries()) {
    const files = {
      'README.md': '# Ours\n',
      '.gitlab-ci.yml': 'agent: { script: [ls] }\n',
      [FLOW_FILE]: FLOW,
    };
    const project = await world.addProject({ path, files });
    for (const user of [...PEOPLE, ...accounts]) world.addMember({ user, project, level: 'developer' });
    const url = `http://127.0.0.1:${port}/webhooks/gitlab`;
    for (let count = 0; count <= index; count += 1) {
      const events = ['note', 'issues', 'merge_requests', 'pipeline'] as const;
      world.addHook({ project, url, token: secret, events });
    }
    projects.push(project);
  }
  const config = {
    gitlab: { url: gitlab.url },
    server: { port },
    webhook: { secretTokens: ['${WEBHOOK_SECRET}'] },
    queue: queue.kind === 'embedded' ? { dataDir: queue.dataDir } : { url: '${QUEUE_URL}' },
    agents: Object.fromEntries(
      AGENTS.map(({ name, notify }, index) => [
        name,
        {
          account: `${name}-bot`,
          token: `\${TOKEN_${index}}`,
          notify,
          reactions: true,
          // One from a file, one in the config, one of the project's own job.
          ...[{ flow: FLOW_FILE }, { flow: { image: 'alpine', commands: ['./agent'] } }, {}][index],
        },
      ]),
    ),
    triggers: AGENTS.map(({ name: agent }) => ({
      agent,
      events: ['mention', 'assign', 'assign_reviewer'],
      projects: ['acme/**'],
    })),
    limits: {
      // Many have to wait for their turn.
      runs: { global: 10, perProject: 6, perUser: 2 },
      rate: { perUser: '99999/h', perProject: '99999/h', perAgent: '99999/h', perObject: '99999/h' },
    },
  };
  return {
    gitlab,
    projects,
    people: PEOPLE,
    accounts,
    adminToken,
    config,
    env: {
      WEBHOOK_SECRET: secret,
      ...Object.fromEntries(tokens.map((token, index) => [`TOKEN_${index}`, token])),
      ...('url' in queue ? { QUEUE_URL: queue.url.reveal() } : {}),
    },
    secrets: [secret, adminToken, ...tokens, ...(password === undefined ? [] : [password])],
  };
}
