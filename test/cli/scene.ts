import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type StandInGitLab, type StartOptions, startGitLab } from '../gitlab/start.ts';
import { startRealGitLab } from '../gitlab/start-real.ts';
import type { NewProject } from '../gitlab/world/projects.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { Ended, ShippedProgram } from './shipped-program.ts';

export const PROJECT = 'acme/web/shop';
export const AGENT_FILE = '.gitlab/ci/external-agent.yml';

interface SceneOptions {
  readonly program: ShippedProgram;
  /** Role of the account whose token the config has for operators; without one the agent's token is used. */
  readonly operator?: 'maintainer' | 'developer' | 'reporter';
  /** Role of the agent's account; `null`: it is no member. */
  readonly agentLevel?: 'developer' | 'reporter' | null;
  readonly gitlab?: StartOptions;
  readonly project?: Partial<NewProject>;
  /** Runs jobs for real. */
  readonly isReal?: boolean;
  /** PEM with which the agent's runs are signed. */
  readonly signingKey?: string;
  /** Globs of the trigger. */
  readonly covers?: readonly string[];
  /** More lines of the config. */
  readonly more?: string;
}

/** A stand-in GitLab with a project and an agent, and the program set up for it. */
export async function openScene({
  program,
  operator,
  agentLevel = 'developer',
  gitlab: options,
  project: ofProject,
  isReal,
  signingKey,
  covers = ['acme/**'],
  more = '',
}: SceneOptions) {
  const gitlab = await start(options, isReal === true);
  onTestFinished(() => gitlab.close());
  const { world } = gitlab;
  const project = await world.addProject({ path: PROJECT, ...ofProject });
  const agent = world.addUser({ username: 'claude-bot', bot: true });
  if (agentLevel !== null) world.addMember({ project, user: agent, level: agentLevel });
  const tokens = [];
  if (operator !== undefined) {
    const user = world.addUser({ username: 'olga' });
    world.addMember({ project, user, level: operator });
    tokens.push(`token: ${world.addToken({ user }).value}`);
  }
  const agentToken = world.addToken({ user: agent }).value;
  const signing = signingKey === undefined ? '' : `, signingKey: ${JSON.stringify(signingKey)}`;
  await mkdir(join(program.folder, 'config'), { recursive: true });
  await writeFile(
    join(program.folder, 'config/beckon.yaml'),
    `gitlab: { ${[`url: "${gitlab.url}"`, ...tokens].join(', ')} }
webhook: { secretTokens: ["a-secret"] }
agents: { claude: { account: claude-bot, token: ${agentToken}, flow: .gitlab/duo/flows/claude.yaml${signing} } }
triggers: [{ agent: claude, events: [mention], projects: ${JSON.stringify(covers)} }]
${more}
`,
  );
  return {
    gitlab,
    world,
    project,
    agent,
    hook: (...args: readonly string[]): Promise<Ended> => program.beckon(['hook', ...args]),
    ci: (...args: readonly string[]): Promise<Ended> => program.beckon(['ci', PROJECT, ...args]),
    /** A file of a branch; `undefined` where it is not there. */
    async file(path: string, branch = project.defaultBranch): Promise<string | undefined> {
      const found = await world.state.repositories.get(project.id)?.readFile(branch, path);
      return found === undefined ? undefined : Buffer.from(found.content).toString('utf8');
    },
    mergeRequests: () => [...world.state.mergeRequests.values()],
    async commitsOf(branch: string): Promise<number> {
      const log = await world.state.repositories
        .get(project.id)
        ?.log(branch, { since: project.defaultBranch });
      return log?.length ?? 0;
    },
  };
}

async function start(options: StartOptions | undefined, isReal: boolean): Promise<StandInGitLab> {
  if (!isReal) return startGitLab(options);
  return startRealGitLab({ ...options, folder: await temporaryFolder() });
}
