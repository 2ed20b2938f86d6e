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

/** Runs that share a limit. */
export interface Group {
  readonly name: string;
  readonly limit: number;
}

/** Names the agent's place on an issue or merge request, where one run is active at a time. */
export function placeOf({ agent, project, object }: Claim): string | undefined {
  return object === undefined ? undefined : `place ${agent} ${project} ${object}`;
}

/** The groups that a run belongs to. */
export function groupsOf(claim: Claim, limits: RunLimits): readonly Group[] {
  const place = placeOf(claim);
  return [
    { name: 'all', limit: limits.global },
    { name: `project ${claim.project}`, limit: limits.perProject },
    { name: `agent ${claim.agent}`, limit: limits.perAgent },
    ...(claim.user === undefined ? [] : [{ name: `user ${claim.user}`, limit: limits.perUser }]),
    ...(place === undefined ? [] : [{ name: place, limit: 1 }]),
  ];
}

/** The order of the line: by when the runs were made. */
export function comesBefore(one: Claim, other: Claim): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}
