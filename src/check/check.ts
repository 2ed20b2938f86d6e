import type { Config } from '../config/config.ts';
import type { Secret } from '../lib/secret.ts';
import { type Finding, unknown } from '../setup/finding.ts';
import { findAccount } from './account.ts';
import { findConfig, findCoverage } from './config.ts';
import { findReach, findVersion } from './gitlab.ts';
import { hear } from './heard.ts';
import { type Login, openLogins } from './login.ts';
import { checkPath } from './path.ts';
import type { CheckedGitLab, QueueState, Reach } from './ports.ts';
import { findQueue } from './queue.ts';
import { chooseProjects } from './which.ts';

/** What the findings of a group are about. */
export interface Subject {
  readonly kind: 'config' | 'queue' | 'gitlab' | 'operator' | 'agent' | 'project';
  readonly name: string;
}

/** The findings about one thing. */
export interface Group {
  readonly about: Subject;
  readonly findings: readonly Finding[];
}

export interface CheckTools {
  /** Of the config. */
  readonly file: string;
  readonly reach: () => Promise<Reach>;
  readonly queue: () => Promise<QueueState>;
  /** GitLab as the account of a token; bounded, and asking nothing twice. */
  readonly gitlabOf: (token: Secret) => CheckedGitLab;
  /** Whether the environment names a proxy. */
  readonly hasProxy: boolean;
  /** Milliseconds. */
  readonly now: number;
  /** The shipped file with the agent's job. */
  readonly agentJob: string;
  /** Whether GitLab is to send a test delivery to each project's webhook. */
  readonly deliver: boolean;
}

/**
 * Looks at all that a config needs to work, and changes nothing; test deliveries are sent where `deliver` says so. `only`: full paths of the projects to look at; else
 * those that the triggers name, and those of the agents that the triggers cover. Never fails because of GitLab.
 */
export async function check(
  config: Config,
  only: readonly string[],
  tools: CheckTools,
): Promise<readonly Group[]> {
  const [queue, gitlab] = await Promise.all([tools.queue(), checkGitLab(config, only, tools)]);
  const { home } = config.queue;
  return [
    {
      about: { kind: 'config', name: tools.file },
      findings: [...findConfig(config), ...gitlab.coverage],
    },
    { about: { kind: 'queue', name: home.kind }, findings: findQueue(home, queue) },
    ...gitlab.groups,
  ];
}

interface GitLabGroups {
  /** What the triggers cover. */
  readonly coverage: readonly Finding[];
  readonly groups: readonly Group[];
}

async function checkGitLab(
  config: Config,
  only: readonly string[],
  tools: CheckTools,
): Promise<GitLabGroups> {
  const { url } = config.gitlab;
  const about = { kind: 'gitlab', name: url } as const;
  const address = findReach(await tools.reach(), { url, hasProxy: tools.hasProxy });
  if (address.state === 'wrong') {
    const unseen = [unknown('Not looked at, because GitLab cannot be asked.')];
    const others = [...subjectsOf(config), ...only.map((name) => ({ kind: 'project', name }) as const)];
    return {
      coverage: [],
      groups: [{ about, findings: [address] }, ...others.map((one) => ({ about: one, findings: unseen }))],
    };
  }
  const logins = await openLogins(config, tools.gitlabOf);
  const [version, chosen] = await Promise.all([askVersion(logins), chooseProjects(config, only, logins)]);
  const projects = chosen.paths.map(async (path) => ({
    about: { kind: 'project', name: path } as const,
    findings: await checkPath(path, { config, logins, agentJob: tools.agentJob, deliver: tools.deliver }),
  }));
  return {
    coverage: [
      ...(only.length > 0 ? [] : findCoverage(config.triggers, chosen.membershipsOf)),
      ...(chosen.leftOut === 0
        ? []
        : [
            unknown(
              `${chosen.leftOut} more projects were not looked at.`,
              'Name them: beckon check PROJECT…',
            ),
          ]),
    ],
    groups: [
      { about, findings: [address, ...findVersion(version, config)] },
      ...logins.map((login) => ({
        about: login.subject,
        findings: findAccount(login.facts, { ...login, now: tools.now }),
      })),
      ...(await Promise.all(projects)),
    ],
  };
}

function subjectsOf({ gitlab, agents }: Config): readonly Subject[] {
  return [
    ...(gitlab.token === undefined ? [] : [{ kind: 'operator', name: 'gitlab.token' } as const]),
    ...agents.map(({ name }) => ({ kind: 'agent', name }) as const),
  ];
}

async function askVersion(logins: readonly Login[]): Promise<string | undefined> {
  for (const { gitlab } of logins) {
    const version = await hear(gitlab.version());
    if ('is' in version) return version.is;
  }
  return undefined;
}
