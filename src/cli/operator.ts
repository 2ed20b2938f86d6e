import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import type { Login, Wire } from '../gitlab/connection.ts';
import type { Webhooks } from '../hooks/ports.ts';
import { BeckonError } from '../lib/errors.ts';
import type { Secret } from '../lib/secret.ts';
import { Failure } from '../runs/failures.ts';
import type { ProjectSetup } from '../setup/ports.ts';
import { configOf } from './config-option.ts';

/** Whoever sets up a project. */
interface Operator {
  /** Whose token it is, for people. */
  readonly name: string;
  readonly token: Secret;
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
  const needs = (where: string) => `the role Developer${where}, and Maintainer for all settings to be seen`;
  return withLogin({ command, project, needs }, (login, wire, config) =>
    act(createOperator(login, wire), config),
  );
}

/** As {@link asOperator}, for the webhooks of a project. */
export async function asHookKeeper<T>(
  command: Command,
  project: string,
  act: (gitlab: Webhooks, config: Config) => Promise<T>,
): Promise<T> {
  const { createWebhooks } = await import('../gitlab/hooks.ts');
  const needs = (where: string) => `the role Maintainer${where}`;
  return withLogin({ command, project, needs }, (login, wire, config) =>
    act(createWebhooks(login, wire), config),
  );
}

interface Asked {
  readonly command: Command;
  readonly project: string;
  /** The role that it takes, for people; `where` may name the project. */
  readonly needs: (where: string) => string;
}

async function withLogin<T>(
  asked: Asked,
  act: (login: Login, wire: Wire, config: Config) => Promise<T>,
): Promise<T> {
  const config = await configOf(asked.command);
  const { name, token } = operatorOf(config, asked.project);
  const { openTransport } = await import('../gitlab/transport.ts');
  const { url, caFile } = config.gitlab;
  const dispatcher = await openTransport({ caFile });
  try {
    return await act({ url, token }, { dispatcher, onRequest: () => {} }, config);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new BeckonError('gitlab_refused', `GitLab, asked with ${name}: ${error.message}`, {
      hint: remedyOf(error, asked),
    });
  } finally {
    await dispatcher.destroy();
  }
}

function operatorOf({ gitlab, triggers }: Config, project: string): Operator {
  if (gitlab.token !== undefined) return { name: 'gitlab.token of the config', token: gitlab.token };
  const agent = triggers.find(({ projects }) => projects.match(project))?.agent;
  if (agent !== undefined)
    return { name: `the token of the agent ${agent.name} (${agent.account})`, token: agent.token };
  throw new BeckonError('no_token', `No trigger of the config covers ${project}, so no agent's token fits.`, {
    hint: 'Set gitlab.token in the config to a token of a Maintainer of the project, with the scope api.',
  });
}

function remedyOf({ kind, status, detail }: Failure, { project, needs }: Asked): string {
  if (status === 401) return 'The token is wrong or has expired.';
  if (kind === 'permission')
    return `Its account needs ${needs(` in ${project}`)}; the token needs the scope api.`;
  if (kind === 'gone')
    return `Is ${project} the full path of a project? Then its account is no member: it needs ${needs('')}.`;
  if (/url is blocked/i.test(detail))
    return 'server.publicUrl is in a local network. An administrator can allow it: Admin > Settings > Network > Outbound requests.';
  return kind === 'refused' ? 'Nothing was tried again.' : 'Try again later.';
}
