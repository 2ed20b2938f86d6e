import type { Config } from '../config/config.ts';

/** How many runs may be active at once. */
export type RunLimits = Config['limits']['runs'];

/** What a run asks a turn for. Small: thousands of them wait in one place. */
export interface Claim {
  /** Of the run. */
  readonly id: string;
  /** The project's id in GitLab. */
  readonly project: number;
  readonly agent: string;
  /** The acting person's id in GitLab; left out where nobody acted. */
  readonly user?: number;
  /** The issue or merge request within the project, such as `issue/3`; left out where there is none. */
  readonly object?: string;
  /** When the run was made, milliseconds since the epoch. */
  readonly at: number;
}

/** A limit on a run, and who shares it. */
export interface Group {
  readonly limit: number;
  readonly includes: (other: Claim) => boolean;
}

/** The limits on a run: those of the config, and one active run of an agent on an issue or merge request. */
export function groupsOf(claim: Claim, limits: RunLimits): readonly Group[] {
  const { project, agent, user } = claim;
  return [
    { limit: limits.global, includes: () => true },
    { limit: limits.perProject, includes: (other) => other.project === project },
    { limit: limits.perAgent, includes: (other) => other.agent === agent },
    ...(user === undefined
      ? []
      : [{ limit: limits.perUser, includes: (other: Claim) => other.user === user }]),
    { limit: 1, includes: (other) => isSamePlace(claim, other) },
  ];
}

/** Whether two runs are of one agent on one issue or merge request. */
export function isSamePlace(one: Claim, other: Claim): boolean {
  const { object, project, agent } = one;
  return (
    object !== undefined && object === other.object && project === other.project && agent === other.agent
  );
}

/** The order of the line: by when the runs were made. */
export function comesBefore(one: Claim, other: Claim): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}
