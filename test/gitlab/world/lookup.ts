import type { Issue, MergeRequest, Note, Noteable } from './records-discussion.ts';
import type { Group, User } from './records-people.ts';
import type { Job, Pipeline, Project } from './records-project.ts';
import type { State } from './state.ts';

/** A user as record, id or username. */
export type UserRef = User | number | string;
/** A project as record, id or full path. */
export type ProjectRef = Project | number | string;

/** The record behind an id; a missing one is a mistake of the caller, not of a client. */
export function must<T>(record: T | undefined, what: string): T {
  if (record === undefined) throw new Error(`There is no ${what} in this GitLab`);
  return record;
}

/** Finds a user by username (case does not matter) or id. */
export function findUser(ref: UserRef, state: State): User | undefined {
  if (typeof ref === 'object') return state.users.get(ref.id);
  if (typeof ref === 'number') return state.users.get(ref);
  const wanted = ref.toLowerCase();
  for (const user of state.users.values()) if (user.username.toLowerCase() === wanted) return user;
  return undefined;
}

/** Finds a project by full path (case does not matter) or id. */
export function findProject(ref: ProjectRef, state: State): Project | undefined {
  if (typeof ref === 'object') return state.projects.get(ref.id);
  if (typeof ref === 'number') return state.projects.get(ref);
  const wanted = ref.toLowerCase();
  for (const project of state.projects.values())
    if (project.pathWithNamespace.toLowerCase() === wanted) return project;
  return undefined;
}

export function getUser(ref: UserRef, state: State): User {
  return must(findUser(ref, state), `user ${describe(ref)}`);
}

export function getProject(ref: ProjectRef, state: State): Project {
  return must(findProject(ref, state), `project ${describe(ref)}`);
}

export function getGroup(id: number, state: State): Group {
  return must(state.groups.get(id), `group ${id}`);
}

export function getPipeline(id: number, state: State): Pipeline {
  return must(state.pipelines.get(id), `pipeline ${id}`);
}

export function findIssue(projectId: number, iid: number, state: State): Issue | undefined {
  for (const issue of state.issues.values())
    if (issue.projectId === projectId && issue.iid === iid) return issue;
  return undefined;
}

export function findMergeRequest(projectId: number, iid: number, state: State): MergeRequest | undefined {
  for (const mr of state.mergeRequests.values()) if (mr.projectId === projectId && mr.iid === iid) return mr;
  return undefined;
}

/** The issue or merge request that a note, a To-Do or an emoji belongs to. */
export function getNoteable(ref: { kind: Noteable['kind']; id: number }, state: State): Noteable {
  return ref.kind === 'issue'
    ? must(state.issues.get(ref.id), `issue ${ref.id}`)
    : must(state.mergeRequests.get(ref.id), `merge request ${ref.id}`);
}

/** Notes of an issue or merge request, oldest first. */
export function notesOf(noteable: Pick<Noteable, 'kind' | 'id'>, state: State): readonly Note[] {
  return [...state.notes.values()].filter(
    (note) => note.noteable.kind === noteable.kind && note.noteable.id === noteable.id,
  );
}

/** Jobs of a pipeline in the order in which they run. */
export function jobsOf(pipeline: Pick<Pipeline, 'id'>, state: State): readonly Job[] {
  return [...state.jobs.values()].filter((job) => job.pipelineId === pipeline.id);
}

/** The newest pipeline of a merge request's head commit. */
export function headPipeline(mr: MergeRequest, state: State): Pipeline | undefined {
  return [...state.pipelines.values()]
    .filter((p) => p.projectId === mr.sourceProjectId && p.ref === mr.sourceBranch && p.sha === mr.sha)
    .at(-1);
}

function describe(ref: UserRef | ProjectRef): string {
  return typeof ref === 'object' ? String(ref.id) : String(ref);
}
