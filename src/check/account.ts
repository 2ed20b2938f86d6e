import type { Failure } from '../runs/failures.ts';
import { type Finding, ok, risky, unknown, wrong } from '../setup/finding.ts';
import { type Heard, wordsOf } from './heard.ts';
import type { TokenAccount, TokenFacts } from './ports.ts';

const DAY = 86_400_000;
/** Days before its end from which on a token is warned of. */
const SOON = 7;
/** Scopes that let a token act for others. */
const POWERS = ['sudo', 'admin_mode'];

/** What GitLab says of a token of the config. */
export interface AccountFacts {
  readonly account: Heard<TokenAccount>;
  /** `undefined`: GitLab tells nothing of this kind of token. */
  readonly token: Heard<TokenFacts | undefined>;
}

interface Expected {
  /** Where the token stands in the config. */
  readonly key: string;
  /** Username that the config names for it; an operator's may be anybody's. */
  readonly account: string | undefined;
  /** Milliseconds. */
  readonly now: number;
}

/** Holds a token of the config to what Beckon needs, and to no more. */
export function findAccount({ account, token }: AccountFacts, expected: Expected): readonly Finding[] {
  const facts = 'is' in token ? token.is : undefined;
  return [
    'is' in account ? findOwner(account.is, expected) : refused(account.failure, expected),
    ...('is' in account ? [...findKind(account.is, expected), ...findAdmin(account.is, expected)] : []),
    ...(facts === undefined ? unknownToken({ account, token }) : findToken(facts, expected)),
  ];
}

function renewal({ key, account }: Expected): string {
  return `Make a new access token${account === undefined ? '' : ` of ${account}`} with the scope api and an expiry date, and put it where ${key} takes it from.`;
}

function refused(failure: Failure, expected: Expected): Finding {
  const { status } = failure;
  const words = wordsOf(failure);
  if (status === 401) return wrong(`GitLab does not take the token: ${words}.`, renewal(expected));
  if (status === 403)
    return wrong(
      `GitLab does not let the token ask whose it is: ${words}.`,
      /scope/i.test(words) ? renewal(expected) : 'Have an administrator look at the account.',
    );
  return unknown(`Whose token it is: ${words}.`);
}

function findOwner({ username }: TokenAccount, expected: Expected): Finding {
  const { account } = expected;
  if (account === undefined || username.toLowerCase() === account.toLowerCase())
    return ok(`The token is that of ${username}.`);
  return wrong(
    `The token is that of ${username}, and the config names ${account}.`,
    `Put a token of ${account} where ${expected.key} takes it from, or name ${username} as the account.`,
  );
}

/** Of an agent's own account. */
function findKind({ username, bot }: TokenAccount, { account }: Expected): readonly Finding[] {
  if (username.toLowerCase() !== account?.toLowerCase()) return [];
  if (bot === true) return [ok(`${username} is a service account or bot.`)];
  if (bot === undefined) return [unknown(`Whether ${username} is a bot: this GitLab does not tell.`)];
  return [
    risky(
      `${username} is a person to GitLab: somebody can sign in as the agent, it takes a seat, and other automation takes its comments for a person's.`,
      'Use a service account (GitLab 18.11, all tiers) or the bot of a project access token.',
    ),
  ];
}

function findAdmin({ username, admin }: TokenAccount, expected: Expected): readonly Finding[] {
  if (!admin) return [];
  const what = `${username} is an administrator of GitLab, which is more than Beckon needs.`;
  return [risky(what, expected.account === undefined ? 'Use a Maintainer.' : 'Take that away from it.')];
}

/** A token that GitLab refuses was said already. */
function unknownToken({ account, token }: AccountFacts): readonly Finding[] {
  if ('failure' in account && account.failure.status === 401) return [];
  const why = 'failure' in token ? wordsOf(token.failure) : 'GitLab does not tell of this kind of token';
  return [unknown(`Scopes and end of the token: ${why}.`)];
}

function findToken({ scopes, expiresOn }: TokenFacts, expected: Expected): readonly Finding[] {
  const needless = scopes.filter((scope) => scope !== 'api');
  const powers = needless.filter((scope) => POWERS.includes(scope));
  return [
    scopes.includes('api')
      ? ok('The token has the scope api.')
      : wrong(`The token lacks the scope api; it has ${scopes.join(', ') || 'none'}.`, renewal(expected)),
    ...(needless.length === 0 || !scopes.includes('api')
      ? []
      : [
          risky(
            `The token has more scopes than it needs: ${needless.join(', ')}${powers.length === 0 ? '' : '. With it others can be acted for'}.`,
            'Make one with the scope api alone.',
          ),
        ]),
    findEnd(expiresOn, expected),
  ];
}

function findEnd(expiresOn: string | undefined, expected: Expected): Finding {
  if (expiresOn === undefined) {
    return risky('The token has no end: whoever gets hold of it has it for good.', renewal(expected));
  }
  const left = Math.ceil((Date.parse(expiresOn) - expected.now) / DAY);
  if (left <= 0) return wrong(`The token ended on ${expiresOn}.`, renewal(expected));
  if (left > SOON) return ok(`The token ends on ${expiresOn}.`);
  return risky(
    `The token ends on ${expiresOn}, in ${left} ${left === 1 ? 'day' : 'days'}.`,
    renewal(expected),
  );
}
