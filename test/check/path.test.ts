import { describe, expect, it } from 'vitest';
import type { Login } from '../../src/check/login.ts';
import { checkPath } from '../../src/check/path.ts';
import type { CheckedGitLab } from '../../src/check/ports.ts';
import { Failure, type FailureKind } from '../../src/runs/failures.ts';
import { config } from '../builders/config.ts';

/** The login of the agent, to whom GitLab refuses the project. */
function refusedBy(kind: FailureKind, status: number): Login {
  const refuse = async () => {
    throw new Failure('GET projects/:id', { kind, status, detail: `${status} no` });
  };
  return {
    subject: { kind: 'agent', name: 'claude' },
    key: 'agents.claude.token',
    account: 'claude-bot',
    gitlab: { settings: refuse } as object as CheckedGitLab,
    facts: {
      account: { is: { id: 7, username: 'claude-bot', bot: true, admin: false } },
      token: { is: undefined },
    },
  };
}

const find = (logins: readonly Login[], path = 'acme/shop') =>
  checkPath(path, { config: config(), logins, agentJob: '', deliver: false });

describe('a project that cannot be seen', () => {
  it.each<[string, FailureKind, number, string, RegExp]>([
    ['as it is not there', 'gone', 404, 'wrong', /^There is no project acme\/shop, or none of our accounts/],
    ['as it has moved', 'refused', 301, 'wrong', /^The project acme\/shop has another path now\.$/],
    ['as GitLab fails', 'transient', 502, 'unknown', /^The project: 502 no\.$/],
  ])('%s', async (_name, kind, status, state, text) => {
    expect(await find([refusedBy(kind, status)])).toMatchObject([
      { state, text: expect.stringMatching(text) },
    ]);
  });

  it('as no token is of use', async () => {
    expect(await find([])).toMatchObject([{ state: 'unknown', text: expect.stringMatching(/no token/) }]);
  });

  it('and that no trigger covers', async () => {
    const found = await find([refusedBy('gone', 404)], 'other/shop');
    expect(found.map(({ text }) => text)).toEqual([
      'No trigger of the config covers other/shop.',
      expect.stringMatching(/^There is no project other\/shop/),
    ]);
  });
});
