import type { Logger } from 'pino';
import type { Login } from '../check/login.ts';
import type { Finding } from '../setup/finding.ts';
import type { Metrics } from './metrics.ts';

/** Milliseconds after which what was said of a token, and still holds, is said again. */
const SAY_AGAIN = 86_400_000;

const LINES = {
  ok: { level: 'debug', message: 'token is well' },
  wrong: { level: 'error', message: 'token does not work' },
  risky: { level: 'warn', message: 'token needs attention' },
  unknown: { level: 'warn', message: 'token could not be checked' },
} as const;

/** Hears what was found about the tokens of the config. */
export interface TokenObserver {
  looked(tokens: readonly { readonly login: Login; readonly findings: readonly Finding[] }[]): void;
}

/** A log line for each finding, when it is new and then once a day, and the metric of ends. */
export function createTokenObserver({
  log,
  metrics,
  clock,
}: {
  log: Logger;
  metrics: Metrics;
  clock: () => number;
}): TokenObserver {
  let saidAt = new Map<string, number>();

  function say({ key }: Login, { state, text, remedy }: Finding): readonly [string, number] {
    const name = `${key} ${text}`;
    const before = saidAt.get(name);
    if (before !== undefined && clock() - before < SAY_AGAIN) return [name, before];
    const { level, message } = LINES[state];
    log[level]({ token: key, found: text, remedy }, message);
    return [name, clock()];
  }

  return {
    looked(tokens) {
      const names = new Set(tokens.map(({ login }) => login.subject.name));
      for (const name of metrics.tokenEnds.keys()) if (!names.has(name)) metrics.tokenEnds.delete(name);
      for (const { login } of tokens) keepEnd(login, metrics.tokenEnds, clock());
      saidAt = new Map(
        tokens.flatMap(({ login, findings }) => findings.map((finding) => say(login, finding))),
      );
    },
  };
}

/** GitLab tells nothing of a token that is over, so what it told before counts; of one that was revoked nothing does. */
function keepEnd(
  { subject: { name }, facts: { token } }: Login,
  ends: Map<string, number>,
  now: number,
): void {
  if ('is' in token) {
    const expiresOn = token.is?.expiresOn;
    if (expiresOn === undefined) ends.delete(name);
    else ends.set(name, Date.parse(expiresOn));
  } else if (token.failure.status === 401 && (ends.get(name) ?? now) >= now) {
    ends.delete(name);
  }
}
