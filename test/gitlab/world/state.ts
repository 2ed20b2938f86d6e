import type { Repository } from '../ports.ts';
import type { Award, Issue, MergeRequest, Note } from './records-discussion.ts';
import type { Delivery, Hook } from './records-hook.ts';
import type { Application, Group, Member, Todo, Token, User } from './records-people.ts';
import type { CiRunner, Job, Label, Pipeline, Project } from './records-project.ts';

/** Everything the instance knows. Records are replaced and never changed, so a copy of the maps is a snapshot. */
export interface State {
  readonly users: Map<number, User>;
  readonly tokens: Map<number, Token>;
  readonly applications: Map<number, Application>;
  readonly groups: Map<number, Group>;
  readonly members: Map<string, Member>;
  readonly todos: Map<number, Todo>;
  readonly projects: Map<number, Project>;
  readonly repositories: Map<number, Repository>;
  readonly labels: Map<number, Label>;
  readonly runners: Map<number, CiRunner>;
  readonly issues: Map<number, Issue>;
  readonly mergeRequests: Map<number, MergeRequest>;
  readonly notes: Map<number, Note>;
  readonly awards: Map<number, Award>;
  readonly pipelines: Map<number, Pipeline>;
  readonly jobs: Map<number, Job>;
  readonly hooks: Map<number, Hook>;
  readonly deliveries: Map<number, Delivery>;
  readonly counters: Map<string, number>;
}

/** An instance with nothing in it. */
export function emptyState(): State {
  return {
    users: new Map(),
    tokens: new Map(),
    applications: new Map(),
    groups: new Map(),
    members: new Map(),
    todos: new Map(),
    projects: new Map(),
    repositories: new Map(),
    labels: new Map(),
    runners: new Map(),
    issues: new Map(),
    mergeRequests: new Map(),
    notes: new Map(),
    awards: new Map(),
    pipelines: new Map(),
    jobs: new Map(),
    hooks: new Map(),
    deliveries: new Map(),
    counters: new Map(),
  };
}

/** The state as it is now, untouched by what happens later. Git is not part of it: branches and files stay live. */
export function snapshot(state: State): State {
  const copy = emptyState();
  for (const table of Object.keys(copy) as (keyof State)[]) {
    for (const [key, record] of state[table]) (copy[table] as Map<unknown, unknown>).set(key, record);
  }
  return copy;
}

/**
 * The next id of a table, or the next iid of a project (`issues/7`).
 * Ids of different tables start far apart, so that a test which mixes them up fails.
 */
export function nextId(state: State, table: string): number {
  const first = table.includes('/') ? 1 : (firstIds[table] ?? 1);
  const id = (state.counters.get(table) ?? first - 1) + 1;
  state.counters.set(table, id);
  return id;
}

const firstIds: Readonly<Record<string, number>> = {
  users: 2,
  tokens: 31,
  applications: 51,
  groups: 61,
  todos: 1501,
  projects: 101,
  labels: 401,
  runners: 451,
  issues: 2001,
  mergeRequests: 3001,
  notes: 10_001,
  awards: 501,
  pipelines: 7001,
  jobs: 20_001,
  hooks: 801,
  deliveries: 901,
};
