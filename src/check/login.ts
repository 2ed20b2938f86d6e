import type { Agent, Config } from '../config/config.ts';
import type { Secret } from '../lib/secret.ts';
import type { AccountFacts } from './account.ts';
import { hear } from './heard.ts';
import type { CheckedGitLab, TokenAccount } from './ports.ts';

/** A token of the config, and who is behind it. */
export interface Login {
  readonly subject: { readonly kind: 'operator' | 'agent'; readonly name: string };
  /** Where the token stands in the config. */
  readonly key: string;
  /** Username that the config names for it. */
  readonly account: string | undefined;
  readonly gitlab: CheckedGitLab;
  readonly facts: AccountFacts;
}

/** Asks GitLab about every token of the config, the operator's first. */
export function openLogins(
  { gitlab, agents }: Pick<Config, 'gitlab' | 'agents'>,
  gitlabOf: (token: Secret) => CheckedGitLab,
): Promise<readonly Login[]> {
  const open = async (token: Secret, whose: Omit<Login, 'gitlab' | 'facts'>): Promise<Login> => {
    const port = gitlabOf(token);
    const [account, known] = await Promise.all([hear(port.account()), hear(port.token())]);
    return { ...whose, gitlab: port, facts: { account, token: known } };
  };
  const ofAgent = (agent: Agent) =>
    open(agent.token, {
      subject: { kind: 'agent', name: agent.name },
      key: `agents.${agent.name}.token`,
      account: agent.account,
    });
  const operator = { subject: { kind: 'operator', name: 'gitlab.token' }, key: 'gitlab.token' } as const;
  return Promise.all([
    ...(gitlab.token === undefined ? [] : [open(gitlab.token, { ...operator, account: undefined })]),
    ...agents.map(ofAgent),
  ]);
}

/** Whose the token is; `undefined` where GitLab does not take it. */
export function ownerOf({ facts: { account } }: Login): TokenAccount | undefined {
  return 'is' in account ? account.is : undefined;
}

/** The login of an agent's account, if its token is one. */
export function loginOf(account: string, logins: readonly Login[]): Login | undefined {
  return logins.find((login) => ownerOf(login)?.username.toLowerCase() === account.toLowerCase());
}
