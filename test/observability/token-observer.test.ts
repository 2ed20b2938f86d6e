import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type AccountFacts, findAccount } from '../../src/check/account.ts';
import type { Login } from '../../src/check/login.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createTokenObserver } from '../../src/observability/token-observer.ts';
import { Failure } from '../../src/runs/failures.ts';

const DAY = 86_400_000;
const account = { is: { id: 7, username: 'claude-bot', bot: true, admin: false } };
const refusal = (status: number, detail: string) => ({
  failure: new Failure('asking', { kind: 'permission', status, detail }),
});
const day = (offset: number) => new Date(Date.now() + offset * DAY).toISOString().slice(0, 10);
const endingIn = (days: number): AccountFacts => ({
  account,
  token: { is: { scopes: ['api'], expiresOn: day(days) } },
});
const revoked = { account: refusal(401, '401 Unauthorized'), token: refusal(401, '401 Unauthorized') };

function setUp() {
  const lines: string[] = [];
  const metrics = createMetrics();
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  let now = Date.now();
  const observer = createTokenObserver({ log, metrics, clock: () => now });
  return {
    later: (ms: number) => {
      now += ms;
    },
    look(facts: AccountFacts, name = 'claude') {
      const subject = { kind: 'agent', name } as const;
      const login = { subject, key: `agents.${name}.token`, account: 'claude-bot', facts } as Login;
      observer.looked([{ login, findings: findAccount(facts, { ...login, now }) }]);
      return lines.splice(0).map((line) => {
        const { level, msg, token, found } = JSON.parse(line);
        return `${pino.levels.labels[level]} ${msg} ${token}: ${found}`;
      });
    },
    async days() {
      const { values } = await metrics.tokenExpires.get();
      return Object.fromEntries(values.map(({ labels, value }) => [labels.agent, value]));
    },
  };
}

describe('a token', () => {
  it('that is well is not spoken of', () => {
    expect(setUp().look(endingIn(100))).toEqual([]);
  });

  it('that ends soon is warned of once a day, and of each new thing at once', () => {
    const { look, later } = setUp();
    const soon = endingIn(5);
    expect(look(soon)).toEqual([
      expect.stringMatching(
        /^warn token needs attention agents\.claude\.token: The token ends on .*, in \d days\.$/,
      ),
    ]);
    later(3_600_000);
    expect(look(soon).filter((line) => !line.includes('The token ends'))).toEqual([]);
    expect(look(revoked)).toEqual([
      'error token does not work agents.claude.token: GitLab does not take the token: 401 Unauthorized.',
    ]);
    expect(look(revoked)).toEqual([]);
    later(DAY);
    expect(look(revoked)).toHaveLength(1);
  });

  it('is an error where it is of another account, or lacks the scope', () => {
    const { look } = setUp();
    const other: AccountFacts = {
      account: { is: { ...account.is, username: 'mallory' } },
      token: { is: { scopes: ['read_api'], expiresOn: day(100) } },
    };
    expect(look(other).map((line) => line.split(' ')[0])).toEqual(['error', 'error']);
  });

  it('that cannot be asked about is a warning', () => {
    const away = refusal(502, 'GitLab is away');
    expect(setUp().look({ account: away, token: away })).toEqual([
      expect.stringMatching(/^warn token could not be checked .* Whose token it is: GitLab is away\.$/),
      expect.stringMatching(/^warn token could not be checked /),
    ]);
  });
});

describe('the days that a token has left', () => {
  it('are told, and are below zero once it is over, of which GitLab tells nothing', async () => {
    const { look, days, later } = setUp();
    look(endingIn(3));
    expect((await days()).claude).toBeGreaterThan(1.9);
    expect((await days()).claude).toBeLessThan(3.1);
    look(endingIn(-2));
    later(1);
    look(revoked);
    expect((await days()).claude).toBeLessThan(-1);
  });

  it('are not told where they are not known', async () => {
    const { look, days } = setUp();
    look(endingIn(30));
    look(revoked);
    expect(await days()).toEqual({});
    look(endingIn(30));
    look({ account, token: { is: undefined } });
    expect(await days()).toEqual({});
  });

  it('stay as they were while GitLab is away, and are gone with the agent', async () => {
    const { look, days } = setUp();
    look(endingIn(30));
    look({ account: refusal(502, 'away'), token: refusal(502, 'away') });
    expect(Object.keys(await days())).toEqual(['claude']);
    look(endingIn(30), 'codex');
    expect(Object.keys(await days())).toEqual(['codex']);
  });
});
