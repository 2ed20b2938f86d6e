import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import type { Login, Wire } from '../gitlab/connection.ts';
import type { Webhooks } from '../hooks/ports.ts';
import { BeckonError } from '../lib/errors.ts';
import type { Secret } from '../lib/secret.ts';
import type { Onboarding } from '../onboard/ports.ts';
import { Failure } from '../runs/failures.ts';
import type { ProjectSetup } from '../setup/ports.ts';
import { configOf } from './config-option.ts';

/** Whoever sets up a project. */
interface Operator {
  /** Whose token it is, for people. */
  readonly name: string;
  readonly token: Secret;
  readonly isAgent: boolean;
}

/**
 * Does something in a project as the operator of the config, else as the first agent that has a trigger for the
 * project. What GitLab refuses comes as a {@link BeckonError} that says whose token it was and which role it needs.
 */
export async function asOperator<T>(
  command: Command,
  project: string,
  act: (gitlab: ProjectSetup, config: Config) => Promise<T>,
): Promise<T> {
  // Only here, as below: the other commands start faster without all that this needs.
  const { createOperator } = await import('../gitlab/operator.ts');
  const config = await configOf(command);
  const needs = (where: string) => `the role Developer${where}, and Maintainer for all settings to be seen`;
  return withWire(config, (wire) =>
    explained({ config, project, needs }, (login) => act(createOperator(login, wire), config)),
  );
}

const needsMaintainer = (where: string) => `the role Maintainer${where}`;

/** GitLab for projects and groups, explaining what it refuses as {@link asOperator} does. */
export type Ask<GitLab> = <T>(place: string, act: (gitlab: GitLab) => Promise<T>) => Promise<T>;

/** As {@link asOperator}, for the webhooks of projects; the connection stays open until `act` is over. */
export async function withWebhooks<T>(config: Config, act: (ask: Ask<Webhooks>) => Promise<T>): Promise<T> {
  const { createWebhooks } = await import('../gitlab/hooks.ts');
  return withWire(config, (wire) =>
    act((project, use) =>
      explained({ config, project, needs: needsMaintainer }, (login) => use(createWebhooks(login, wire))),
    ),
  );
}

/** As {@link withWebhooks}, for all that several projects need. */
export async function withOnboarding<T>(
  config: Config,
  act: (ask: Ask<Onboarding>) => Promise<T>,
): Promise<T> {
  const [{ createOperator }, { createWebhooks }, { createChecked }] = await Promise.all([
    import('../gitlab/operator.ts'),
    import('../gitlab/hooks.ts'),
    import('../gitlab/checked.ts'),
  ]);
  return withWire(config, (wire) =>
    act((project, use) =>
      explained({ config, project, needs: needsMaintainer }, (login) => {
        const { hooks, create, update } = createWebhooks(login, wire);
        const { variables } = createChecked(login, wire);
        return use({ ...createOperator(login, wire), hooks, create, update, variables });
      }),
    ),
  );
}

interface Asked {
  readonly config: Config;
  readonly project: string;
  /** The role that it takes, for people; `where` may name the project. */
  readonly needs: (where: string) => string;
}

async function withWire<T>({ gitlab }: Config, act: (wire: Wire) => Promise<T>): Promise<T> {
  const { openTransport } = await import('../gitlab/transport.ts');
  const dispatcher = await openTransport({ caFile: gitlab.caFile });
  try {
    return await act({ dispatcher, onRequest: () => {} });
  } finally {
    await dispatcher.destroy();
  }
}

async function explained<T>(asked: Asked, act: (login: Login) => Promise<T>): Promise<T> {
  const operator = operatorOf(asked.config, asked.project);
  try {
    return await act({ url: asked.config.gitlab.url, token: operator.token });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new BeckonError('gitlab_refused', `GitLab, asked with ${operator.name}: ${error.message}`, {
      hint: remedyOf(error, asked, operator),
    });
  }
}

function operatorOf({ gitlab, triggers }: Config, project: string): Operator {
  if (gitlab.token !== undefined)
    return { name: 'gitlab.token of the config', token: gitlab.token, isAgent: false };
  const agent = triggers.find(({ projects }) => projects.match(project))?.agent;
  if (agent !== undefined)
    return {
      name: `the token of the agent ${agent.name} (${agent.account})`,
      token: agent.token,
      isAgent: true,
    };
  throw new BeckonError('no_token', `No trigger of the config covers ${project}, so no agent's token fits.`, {
    hint: SET_TOKEN,
  });
}

const SET_TOKEN =
  'Set gitlab.token in the config to a token of a Maintainer of the project, with the scope api.';

function remedyOf(
  { kind, status, detail }: Failure,
  { project, needs }: Asked,
  { isAgent }: Operator,
): string {
  const instead = isAgent ? ` ${SET_TOKEN}` : '';
  if (status === 401) return 'The token is wrong or has expired.';
  if (/not allowed to (push|create)/i.test(detail))
    return `A protected branch covers Beckon's: let Maintainers push to beckon/*, under Settings > Repository > Protected branches of ${project}.`;
  if (kind === 'permission')
    return `Its account needs ${needs(` in ${project}`)}; the token needs the scope api.${instead}`;
  if (kind === 'gone')
    return `Is ${project} the full path of a project? Then its account is no member: it needs ${needs('')}.${instead}`;
  if (/url is blocked/i.test(detail))
    return 'server.publicUrl is in a local network. An administrator can allow it: Admin > Settings > Network > Outbound requests.';
  return kind === 'refused' ? 'Nothing was tried again.' : 'Try again later.';
}
