import { describe, expect, it } from 'vitest';
import { type AccountFacts, findAccount } from '../../src/check/account.ts';
import { Failure } from '../../src/runs/failures.ts';

const now = Date.parse('2026-05-10T12:00:00Z');
const bot = { id: 7, username: 'claude-bot', bot: true, admin: false };
const good = { scopes: ['api'], expiresOn: '2027-05-10' };
const refusal = (status: number, detail: string) => ({
  failure: new Failure('GET user', { kind: 'permission', status, detail }),
});

function find({ account = { is: bot }, token = { is: good } }: Partial<AccountFacts>, name?: string) {
  const found = findAccount({ account, token }, { key: 'agents.claude.token', account: name, now });
  return found.map(({ state, text }) => `${state} ${text}`);
}

const is = (more: object) => ({ account: { is: { ...bot, ...more } } });
const has = (more: object) => ({ token: { is: { ...good, ...more } } });

describe("an agent's token", () => {
  it('that is as it should be', () => {
    expect(find({}, 'Claude-Bot')).toEqual([
      'ok The token is that of claude-bot.',
      'ok claude-bot is a service account or bot.',
      'ok The token has the scope api.',
      'ok The token ends on 2027-05-10.',
    ]);
  });

  it.each<[string, Partial<AccountFacts>, RegExp]>([
    [
      'of another account',
      is({ username: 'mallory' }),
      /^wrong .* that of mallory, and the config names claude-bot/,
    ],
    ['of a person', is({ bot: false }), /^risky claude-bot is a person to GitLab/],
    ['of nobody knows what', is({ bot: undefined }), /^unknown Whether claude-bot is a bot/],
    ['of an administrator', is({ admin: true }), /^risky claude-bot is an administrator/],
    ['without the scope', has({ scopes: ['read_api'] }), /^wrong .* lacks the scope api; it has read_api\.$/],
    ['with more scopes', has({ scopes: ['api', 'read_user'] }), /^risky .* than it needs: read_user\.$/],
    ['with sudo', has({ scopes: ['api', 'sudo'] }), /^risky .*: sudo\. With it others can be acted for\.$/],
    [
      'that could push, too',
      has({ scopes: ['api', 'write_repository', 'admin_mode'] }),
      /^risky .*: write_repository, admin_mode\. With it others can be acted for\.$/,
    ],
    ['that ends in a week', has({ expiresOn: '2026-05-17' }), /^risky .* on 2026-05-17, in 7 days\.$/],
    ['that ends tomorrow', has({ expiresOn: '2026-05-11' }), /^risky .*, in 1 day\.$/],
    ['that has ended', has({ expiresOn: '2026-05-10' }), /^wrong The token ended on 2026-05-10\.$/],
    ['without an end', has({ expiresOn: undefined }), /^risky The token has no end/],
    [
      'of another kind',
      { token: { is: undefined } },
      /^unknown Scopes and end of the token: GitLab does not/,
    ],
    [
      'that GitLab refuses',
      { account: refusal(401, '401 Token was revoked.') },
      /^wrong .*: 401 Token was revoked\.$/,
    ],
    [
      'of a blocked account',
      { account: refusal(403, '403 Forbidden - blocked') },
      /^wrong GitLab does not let/,
    ],
    ['of which GitLab was too busy to tell', { account: refusal(502, '502 ') }, /^unknown Whose token it is/],
  ])('%s', (_name, facts, line) => {
    expect(find(facts, 'claude-bot')).toContainEqual(expect.stringMatching(line));
  });

  it('is told a week before its end and not eight days', () => {
    expect(find(has({ expiresOn: '2026-05-18' }))).toContain('ok The token ends on 2026-05-18.');
  });

  it('that GitLab refuses needs no second line', () => {
    const gone = refusal(401, '401 Unauthorized');
    expect(find({ account: gone, token: gone }, 'claude-bot')).toHaveLength(1);
  });
});

it("an operator's token is to do no more than it needs, either", () => {
  const facts = {
    account: { is: { ...bot, bot: false, username: 'root', admin: true } },
    token: { is: { scopes: ['api', 'sudo'], expiresOn: undefined } },
  };
  expect(find(facts).filter((line) => line.startsWith('risky'))).toEqual([
    'risky root is an administrator of GitLab, which is more than Beckon needs.',
    'risky The token has more scopes than it needs: sudo. With it others can be acted for.',
    'risky The token has no end: whoever gets hold of it has it for good.',
  ]);
});

it("an operator's token may be anybody's", () => {
  expect(find(is({ bot: false, username: 'olga' }))).toEqual([
    'ok The token is that of olga.',
    'ok The token has the scope api.',
    'ok The token ends on 2027-05-10.',
  ]);
});
