import type { Agent, Config } from '../config/config.ts';
import type { Failure } from '../runs/failures.ts';
import { agentsIn } from '../setup/facts.ts';
import { type Finding, unknown, wrong } from '../setup/finding.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import { hear, unheard } from './heard.ts';
import { type Login, loginOf, ownerOf } from './login.ts';
import type { CheckedGitLab } from './ports.ts';
import { checkProject, type PlacedAgent } from './project.ts';

interface Known {
  readonly config: Pick<Config, 'gitlab' | 'server' | 'triggers' | 'catchUp'>;
  readonly logins: readonly Login[];
  /** The shipped file with the agent's job. */
  readonly agentJob: string;
  /** Whether GitLab is to send test deliveries. */
  readonly deliver: boolean;
}

/** All findings of the project with a full path, as the operator sees it, else as the first agent that sees it. */
export async function checkPath(
  path: string,
  { config, logins, agentJob, deliver }: Known,
): Promise<readonly Finding[]> {
  const agents = agentsIn(config, path);
  const uncovered =
    agents.length > 0
      ? []
      : [wrong(`No trigger of the config covers ${path}.`, 'Add it to the projects of a trigger.')];
  const viewer = await findViewer(path, viewersOf(agents, logins));
  if ('why' in viewer) return [...uncovered, ...findUnseen(path, viewer.why, { config, agents })];
  const { gitlab, settings } = viewer;
  const placed = await hear(
    Promise.all(agents.map((agent) => placeAgent(agent, { gitlab, settings, logins }))),
  );
  if ('failure' in placed) return [...uncovered, unheard('Who is a member', placed.failure)];
  return [
    ...uncovered,
    ...(await checkProject({ gitlab, settings, agents: placed.is, config, agentJob, deliver })),
  ];
}

/** The operator sees most. Where no trigger covers the project any account may do. */
function viewersOf(agents: readonly Agent[], logins: readonly Login[]): readonly Login[] {
  const names = new Set(agents.map(({ name }) => name));
  return logins.filter(
    (login) =>
      ownerOf(login) !== undefined &&
      (login.subject.kind === 'operator' || names.size === 0 || names.has(login.subject.name)),
  );
}

type Viewer =
  | { readonly gitlab: CheckedGitLab; readonly settings: ProjectSettings }
  | { readonly why: readonly Failure[] };

async function findViewer(path: string, viewers: readonly Login[]): Promise<Viewer> {
  const why: Failure[] = [];
  for (const { gitlab } of viewers) {
    const settings = await hear(gitlab.settings(path));
    if ('is' in settings) return { gitlab, settings: settings.is };
    why.push(settings.failure);
  }
  return { why };
}

function findUnseen(
  path: string,
  why: readonly Failure[],
  { config, agents }: Pick<Known, 'config'> & { readonly agents: readonly Agent[] },
): readonly Finding[] {
  const [first] = why;
  if (first === undefined) return [unknown('Not looked at, because no token that GitLab takes fits.')];
  const link = `${config.gitlab.url}/${path}`;
  // GitLab's address itself does not redirect, or nothing else would have been asked.
  if (why.some(({ status }) => status === 301))
    return [
      wrong(`The project ${path} has another path now.`, 'Name it by that path in the triggers.', link),
    ];
  const other = why.find(({ kind }) => kind !== 'gone');
  if (other !== undefined) return [unheard('The project', other, 'its members')];
  const accounts = agents.map(({ account }) => account).join(', ');
  return [
    wrong(
      `There is no project ${path}, or none of our accounts is a member of it.`,
      `Check the path, and make ${accounts || 'the account of an agent'} a Developer.`,
      `${link}/-/project_members`,
    ),
  ];
}

/** Its own account knows best: others may not be shown members of a private group that was invited. */
async function placeAgent(
  agent: Agent,
  {
    gitlab,
    settings: { id },
    logins,
  }: {
    readonly gitlab: CheckedGitLab;
    readonly settings: ProjectSettings;
    readonly logins: readonly Login[];
  },
): Promise<PlacedAgent> {
  const own = loginOf(agent.account, logins);
  const userId = (own && ownerOf(own)?.id) ?? (await gitlab.userId(agent.account));
  if (userId === undefined) return { agent, userId, level: undefined };
  const level = await hear((own?.gitlab ?? gitlab).memberLevel(id, userId));
  if ('is' in level) return { agent, userId, level: level.is };
  // A private project does not exist for strangers.
  if (level.failure.status === 404) return { agent, userId, level: undefined };
  throw level.failure;
}
