import type { AccountFacts } from './account.ts';
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

/** Whose the token is; `undefined` where GitLab does not take it. */
export function ownerOf({ facts: { account } }: Login): TokenAccount | undefined {
  return 'is' in account ? account.is : undefined;
}

/** The login of an agent's account, if its token is one. */
export function loginOf(account: string, logins: readonly Login[]): Login | undefined {
  return logins.find((login) => ownerOf(login)?.username.toLowerCase() === account.toLowerCase());
}
