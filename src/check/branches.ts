import { type Finding, ok, risky, unknown, wrong } from '../setup/finding.ts';
import { type Heard, unheard } from './heard.ts';
import type { ProtectedBranch, PushAccess, PushRule } from './ports.ts';
import { matchesWildcard } from './wildcard.ts';

/** A branch as runs make them: `workloads/` and a run id. */
const EXAMPLE = 'workloads/r0123456789abcde';

/** An account as far as it decides who may push. */
export interface Pusher {
  readonly account: string;
  readonly userId: number | undefined;
  readonly level: number;
}

/** The protections that cover the branches of runs. */
export function coverWorkloads(rules: readonly ProtectedBranch[]): readonly ProtectedBranch[] {
  return rules.filter(({ name }) => matchesWildcard(name, EXAMPLE));
}

/** Whether an agent may make and push the branches of its runs. Where several rules cover one, the widest holds. */
export function findPush(rules: Heard<readonly ProtectedBranch[]>, pusher: Pusher, url: string): Finding {
  if ('failure' in rules) return unheard('Who may push to workloads/*', rules.failure);
  const { account } = pusher;
  const covering = coverWorkloads(rules.is);
  if (covering.length === 0) return ok(`${account} may push to workloads/*.`);
  const verdicts = covering.flatMap(({ push }) => push.map((access) => allows(access, pusher)));
  const names = covering.map(({ name }) => name).join(', ');
  if (verdicts.includes(true)) return ok(`${account} may push to workloads/*, which ${names} protects.`);
  if (verdicts.includes(undefined))
    return unknown(`Whether ${account} may push to workloads/*: ${names} protects it for a group.`);
  return wrong(
    `${account} may not push to workloads/*: the protected branch ${names} covers it.`,
    `Allow Developers to push there, under Protected branches.`,
    `${url}/-/settings/repository`,
  );
}

/** `undefined`: a group, whose members are not looked at. */
function allows({ level, userId, groupId, isDeployKey }: PushAccess, pusher: Pusher): boolean | undefined {
  if (isDeployKey) return false;
  if (userId !== undefined) return userId === pusher.userId;
  if (groupId !== undefined) return undefined;
  return level !== undefined && level > 0 && pusher.level >= level;
}

/** What push rules do to the commits of agents; a project without any needs no word. */
export function findPushRule(rule: Heard<PushRule | undefined>, url: string): readonly Finding[] {
  if ('failure' in rule || rule.is === undefined) return [];
  const { branchName, refusesUnsigned, checksCommitter } = rule.is;
  const link = `${url}/-/settings/repository`;
  return [
    ...(branchName === '' ? [] : findNameRule(branchName, link)),
    ...(refusesUnsigned
      ? [
          risky(
            'A push rule refuses unsigned commits, and the shipped flows do not sign.',
            'Take "Reject unsigned commits" off, or have your flow sign.',
            link,
          ),
        ]
      : []),
    ...(checksCommitter
      ? [
          risky(
            'A push rule asks that the committer is who pushes, and an agent commits in the name of who asked.',
            'Take "Reject unverified users" off, or have your flow set GIT_COMMITTER_EMAIL.',
            link,
          ),
        ]
      : []),
  ];
}

function findNameRule(branchName: string, link: string): readonly Finding[] {
  const pattern = compile(branchName);
  if (pattern === undefined)
    return [unknown(`Whether the push rule for branch names, ${branchName}, lets workloads/* pass.`)];
  if (pattern.test(EXAMPLE)) return [];
  return [
    wrong(
      `A push rule for branch names, ${branchName}, does not let workloads/* pass.`,
      'Add workloads/.* to "Branch name", under Push rules.',
      link,
    ),
  ];
}

/** GitLab's expressions are RE2's; `undefined`: not one of JavaScript. */
function compile(expression: string): RegExp | undefined {
  try {
    return new RegExp(expression);
  } catch {
    return undefined;
  }
}
