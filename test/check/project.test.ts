import { describe, expect, it } from 'vitest';
import { findPush, findPushRule } from '../../src/check/branches.ts';
import { findFlow, variablesOf } from '../../src/check/flows.ts';
import type { CiVariable, ProtectedBranch, PushAccess, PushRule } from '../../src/check/ports.ts';
import { findRunner, gatherRunners } from '../../src/check/runners.ts';
import { findVariables } from '../../src/check/variables.ts';
import { parseFlow } from '../../src/flows/flow.ts';
import { Failure } from '../../src/runs/failures.ts';
import type { Finding } from '../../src/setup/finding.ts';
import { findProject, findRole } from '../../src/setup/findings.ts';
import { agent } from '../builders/config.ts';
import { factsWith } from '../setup/facts.ts';

const url = 'https://gitlab.example.com/acme/shop';
const { settings } = factsWith();
const hidden = {
  failure: new Failure('GET x', { kind: 'permission', status: 403, detail: '403 Forbidden' }),
};
const lines = (found: readonly Finding[]) => found.map(({ state, text }) => `${state} ${text}`);

describe('a project', () => {
  it.each<[string, object, RegExp]>([
    ['archived', { archived: true }, /^wrong The project is archived/],
    ['empty', { defaultBranch: undefined }, /^wrong The repository is empty/],
    ['without CI/CD', { jobsEnabled: false }, /^wrong CI\/CD is off/],
  ])('that is %s', (_name, more, line) => {
    const found = findProject({ ...settings, ...more });
    expect(lines(found)).toEqual([expect.stringMatching(line)]);
    expect(found[0]).toMatchObject({ remedy: expect.any(String), link: expect.stringContaining(url) });
    expect(findProject(settings)).toEqual([]);
  });

  it.each<[number | undefined, object, RegExp]>([
    [30, {}, /^ok claude-bot is Developer\.$/],
    [20, {}, /^wrong claude-bot is Reporter, and has to be Developer/],
    [undefined, {}, /^wrong claude-bot is no member/],
    [40, {}, /^risky claude-bot is Maintainer, which is more than it needs/],
    [40, { variablesRole: 'maintainer' }, /^ok claude-bot is Maintainer/],
  ])('in which the agent has the level %s', (level, more, line) => {
    const found = findRole(
      { account: 'claude-bot', handoff: 'auto', hasFlow: true, signer: undefined, level },
      { ...settings, ...more },
    );
    expect(lines([found])).toEqual([expect.stringMatching(line)]);
  });
});

describe('the branches of runs', () => {
  const access = (fields: Partial<PushAccess>): PushAccess => ({
    level: undefined,
    userId: undefined,
    groupId: undefined,
    isDeployKey: false,
    ...fields,
  });
  const rule = (name: string, ...push: readonly Partial<PushAccess>[]): ProtectedBranch => ({
    name,
    push: push.map(access),
  });
  const pusher = { account: 'claude-bot', userId: 7, level: 30 };

  it.each<[string, readonly ProtectedBranch[], string]>([
    ['without a protection', [rule('main', { level: 40 }), rule('work/*', { level: 0 })], 'ok'],
    ['for Developers', [rule('workloads/*', { level: 30 })], 'ok'],
    ['for Maintainers', [rule('*', { level: 40 })], 'wrong'],
    ['for nobody', [rule('workloads/r*', { level: 0 })], 'wrong'],
    [
      'for Maintainers, and more widely for Developers',
      [rule('*', { level: 40 }), rule('w*', { level: 30 })],
      'ok',
    ],
    ['for the agent by name', [rule('*', { level: 40 }, { userId: 7, level: 40 })], 'ok'],
    ['for another by name', [rule('*', { userId: 8, level: 30 })], 'wrong'],
    ['for a group', [rule('*', { groupId: 8, level: 30 })], 'unknown'],
    ['for a deploy key', [rule('*', { isDeployKey: true, level: 30 })], 'wrong'],
  ])('%s', (_name, rules, state) => {
    expect(findPush({ is: rules }, pusher, url).state).toBe(state);
  });

  it('cannot be known where they are not shown', () => {
    expect(findPush(hidden, pusher, url)).toMatchObject({
      state: 'unknown',
      text: expect.stringMatching(/Maintainers only/),
    });
  });

  const none: PushRule = { branchName: '', refusesUnsigned: false, checksCommitter: false };
  it.each<[string, Partial<PushRule>, readonly RegExp[]]>([
    ['without any', {}, []],
    ['for other names', { branchName: '^(feature|fix)/' }, [/^wrong .*does not let workloads/]],
    ['for these names', { branchName: '^(feature|workloads)/' }, []],
    ['of another kind', { branchName: '(?i)^work' }, [/^unknown Whether the push rule/]],
    ['for signed commits', { refusesUnsigned: true }, [/^risky .*unsigned/]],
    ['for committers', { checksCommitter: true }, [/^risky .*committer/]],
  ])('with push rules %s', (_name, more, expected) => {
    const found = lines(findPushRule({ is: { ...none, ...more } }, url));
    expect(found).toEqual(expected.map((line) => expect.stringMatching(line)));
    expect(findPushRule(hidden, url)).toEqual([]);
  });
});

describe('CI/CD variables', () => {
  const flow = {
    agent: 'my-agent',
    names: ['ANTHROPIC_API_KEY', 'MODEL'],
    usesToken: true,
    isSigned: false,
  };
  const token: CiVariable = {
    key: 'GITLAB_TOKEN_MY_AGENT',
    masked: true,
    protected: false,
    scope: 'ai-flow/my-agent',
  };
  const find = (variables: readonly CiVariable[], protectedNames: readonly string[] = []) =>
    lines(
      findVariables(flow, {
        variables: { is: variables },
        protections: { is: protectedNames.map((name) => ({ name, push: [] })) },
        url,
      }),
    );

  it.each<[string, readonly CiVariable[], readonly RegExp[]]>([
    ['that are there', [token], [/^ok The job of my-agent is given GITLAB_TOKEN_MY_AGENT/]],
    ['that are not', [], [/^risky The project has no CI\/CD variable GITLAB_TOKEN_MY_AGENT/]],
    ['for another environment', [{ ...token, scope: 'prod*' }], [/^wrong .* for the environment prod\*/]],
    ['for all agents', [{ ...token, scope: 'ai-flow/*' }], [/^ok/]],
    ['for all jobs', [{ ...token, scope: '*' }], [/^risky .* every job/]],
    ['for all, and for the agent', [{ ...token, scope: '*', masked: false }, token], [/^ok/]],
    ['not masked', [{ ...token, masked: false }], [/^risky .* not masked/]],
    ['protected', [{ ...token, protected: true }], [/^wrong .* protected, so jobs on workloads/]],
    [
      'of the flow, which are held to the same',
      [token, { ...token, key: 'ANTHROPIC_API_KEY', masked: false }],
      [/^ok/, /^risky ANTHROPIC_API_KEY is not masked/],
    ],
    [
      'that are no secrets',
      [token, { ...token, key: 'MODEL', masked: false, scope: '*' }],
      [/^ok/, /^ok .*MODEL/],
    ],
  ])('%s', (_name, variables, expected) => {
    expect(find(variables)).toEqual(expected.map((line) => expect.stringMatching(line)));
  });

  it('may be protected where the branches of runs are', () => {
    expect(find([{ ...token, protected: true }], ['workloads/*'])).toEqual([expect.stringMatching(/^ok/)]);
  });

  it('are to be protected where the runs are signed, unless they are no secrets', () => {
    const model = { ...token, key: 'MODEL' };
    const facts = { protections: { is: [{ name: 'workloads/*', push: [] }] }, url };
    const signed = (variables: readonly CiVariable[]) =>
      lines(findVariables({ ...flow, isSigned: true }, { ...facts, variables: { is: variables } }));
    expect(signed([token, model])).toEqual([
      expect.stringMatching(/^risky GITLAB_TOKEN_MY_AGENT .* on every branch/),
      expect.stringMatching(/^ok .*MODEL/),
    ]);
    expect(signed([{ ...token, protected: true }])).toEqual([expect.stringMatching(/^ok/)]);
  });

  it('cannot be known where they, or the protections, are not shown', () => {
    const facts = { variables: hidden, protections: hidden, url };
    expect(lines(findVariables(flow, facts))).toEqual([
      expect.stringMatching(/^unknown .* Maintainers only/),
    ]);
    const shown = { ...facts, variables: { is: [{ ...token, protected: true }] } };
    expect(lines(findVariables(flow, shown))).toEqual([expect.stringMatching(/^unknown .* is protected/)]);
  });

  it('are not looked at for a flow that uses none', () => {
    const facts = { variables: hidden, protections: hidden, url };
    expect(findVariables({ agent: 'a', names: [], usesToken: false, isSigned: false }, facts)).toEqual([]);
  });
});

describe('runners', () => {
  const details = { tags: ['docker', 'linux'], takesUntagged: false, protectedOnly: false };
  const listed = { id: 1, name: 'one', online: true, paused: false };
  const untagged = { tags: [], isProtected: false };
  const find = async (runner: object, more: object, job: { tags: string[]; isProtected: boolean }) => {
    const gitlab = {
      runners: async () => [{ ...listed, ...runner }],
      runner: async () => ({ ...details, ...more }),
    };
    return findRunner(await gatherRunners(gitlab, 1, job), job, url);
  };

  it.each<[string, object, object, object, RegExp]>([
    ['with the tags', {}, {}, { tags: ['docker'] }, /^ok The runner one is online and takes the tags docker/],
    ['with other tags', {}, {}, { tags: ['docker', 'gpu'] }, /^wrong No runner that is online takes .*gpu/],
    ['for tagged jobs only', {}, {}, {}, /^wrong No runner that is online takes jobs without tags/],
    ['for all jobs', {}, { takesUntagged: true }, {}, /^ok/],
    ['away', { online: false }, { takesUntagged: true }, {}, /^wrong None of the 1 runners/],
    ['paused', { paused: true }, { takesUntagged: true }, {}, /^wrong None of the 1 runners/],
    ['for protected branches', {}, { takesUntagged: true, protectedOnly: true }, {}, /^wrong/],
    [
      'for these protected ones',
      {},
      { takesUntagged: true, protectedOnly: true },
      { isProtected: true },
      /^ok/,
    ],
    ['by a tag that only GitLab knows', {}, {}, { tags: ['$TAG'] }, /^unknown Whether one of the 1/],
  ])('%s', async (_name, runner, more, job, line) => {
    expect(lines([await find(runner, more, { ...untagged, ...job })])).toEqual([expect.stringMatching(line)]);
  });

  it('that are none, or not shown', async () => {
    expect(findRunner({ runners: { is: [] }, looked: [] }, untagged, url).text).toBe(
      'The project has no runner.',
    );
    expect(findRunner({ runners: hidden, looked: [] }, untagged, url).state).toBe('unknown');
    const looked = [{ name: 'one', details: hidden }];
    expect(findRunner({ runners: { is: [listed] }, looked }, untagged, url).state).toBe('unknown');
  });
});

describe('a flow', () => {
  const path = '.gitlab/flow.yaml';
  const claude = agent({ flow: { kind: 'file', path } });
  const read = (text: string | undefined) =>
    ({
      kind: 'file',
      path,
      flow: { is: text === undefined ? undefined : parseFlow(text, path) },
    }) as const;

  it.each<[string, string | undefined, readonly RegExp[]]>([
    ['that is valid', 'image: a\ncommands: [ls]\n', [/^ok The flow file \.gitlab\/flow\.yaml is valid/]],
    ['that is not there', undefined, [/^wrong .* is not on the branch main/]],
    ['with a fault', 'image: a\ncommands: []\n', [/^wrong .*flow\.yaml:2:11 commands/]],
    ['for a gateway', 'image: a\ncommands: [ls]\ninjectGatewayToken: true\n', [/^wrong .*gateway token/]],
  ])('%s', (_name, text, expected) => {
    expect(lines(findFlow(read(text), claude, settings))).toEqual(
      expected.map((line) => expect.stringMatching(line)),
    );
  });

  it('that is hidden, or that there is none of', () => {
    expect(findFlow({ kind: 'file', path, flow: hidden }, claude, settings)).toMatchObject([
      { state: 'unknown' },
    ]);
    expect(findFlow(undefined, claude, settings)).toEqual([]);
  });

  it('tells which variables it uses', () => {
    const text = 'image: a\nvariables: [KEY]\ncommands: ["git push https://x:$GITLAB_TOKEN@y"]\n';
    expect(variablesOf(read(text), claude)).toEqual({
      agent: 'claude',
      names: ['KEY'],
      usesToken: true,
      isSigned: false,
    });
    expect(variablesOf(read('image: a\ncommands: [ls]\n'), claude)).toMatchObject({ usesToken: false });
  });
});
