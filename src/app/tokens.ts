import { findAccount } from '../check/account.ts';
import { createAsking } from '../check/asking.ts';
import { type Login, openLogins } from '../check/login.ts';
import type { Config } from '../config/config.ts';
import { createChecked } from '../gitlab/checked.ts';
import type { Wire } from '../gitlab/connection.ts';
import type { Clock } from '../runs/ports.ts';
import type { Finding } from '../setup/finding.ts';

/** A token of the config and what is to be said of it. */
export interface LookedAt {
  readonly login: Login;
  readonly findings: readonly Finding[];
}

/** Asks GitLab about every token of the config, as `beckon check` does. Never fails because of GitLab. */
export async function lookAtTokens(
  config: Config,
  { wire, clock }: { readonly wire: Wire; readonly clock: Clock },
): Promise<readonly LookedAt[]> {
  const { url } = config.gitlab;
  const bounded = createAsking({ atOnce: 4, onAnswer: () => {} });
  const logins = await openLogins(config, (token) => bounded(createChecked({ url, token }, wire)));
  const now = clock();
  return logins.map((login) => ({ login, findings: findAccount(login.facts, { ...login, now }) }));
}
