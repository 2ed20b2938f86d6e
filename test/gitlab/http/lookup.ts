import { accessLevel } from '../world/access.ts';
import { findIssue, findMergeRequest, findProject } from '../world/lookup.ts';
import { mayReadCode, mayReadNote, mayReadNoteable, mayReadProject } from '../world/policy.ts';
import type { Issue, MergeRequest, Note, Noteable } from '../world/records-discussion.ts';
import type { User } from '../world/records-people.ts';
import type { Project } from '../world/records-project.ts';
import { forbidden, notFound, Refusal } from '../world/refusal.ts';
import type { Call } from './call.ts';

/** The project of the path, by id or full path; one that the caller may not see is not there. */
export function projectOf(call: Call): Project {
  const ref = call.params.id ?? '';
  const project = findProject(/^\d+$/.test(ref) ? Number(ref) : ref, call.context.state);
  if (project === undefined || !mayReadProject(call.user, project, call.context)) throw notFound('Project');
  return project;
}

/** The signed-in user. */
export function userOf(call: Call): User {
  if (call.user === undefined) throw new Refusal('unauthorized', '401 Unauthorized');
  return call.user;
}

/** The project, where the caller has at least this access level; else 403. */
export function projectFor(call: Call, level: number): Project {
  const project = projectOf(call);
  if (accessLevel(userOf(call), project, call.context) < level) throw forbidden();
  return project;
}

/** As {@link projectFor}, for changes: an archived project takes none. */
export function projectToChange(call: Call, level: number): Project {
  const project = projectFor(call, level);
  if (project.archived) throw forbidden();
  return project;
}

/** The project, where the caller may read code. */
export function projectWithCode(call: Call): Project {
  const project = projectOf(call);
  if (!mayReadCode(call.user, project, call.context)) throw forbidden();
  return project;
}

export function issueOf(call: Call): Issue {
  const project = projectOf(call);
  const issue = findIssue(project.id, Number(call.params.iid), call.context.state);
  if (issue === undefined || !mayReadNoteable(call.user, issue, project, call.context)) throw notFound();
  return issue;
}

export function mergeRequestOf(call: Call): MergeRequest {
  const project = projectOf(call);
  const mr = findMergeRequest(project.id, Number(call.params.iid), call.context.state);
  if (mr === undefined) throw notFound();
  if (!mayReadNoteable(call.user, mr, project, call.context)) throw forbidden();
  return mr;
}

/** Reads the issue or the merge request of a path, by the kind of route. */
export function noteableOf(call: Call, kind: Noteable['kind']): Noteable {
  return kind === 'issue' ? issueOf(call) : mergeRequestOf(call);
}

/** The note of the path, which has to belong to the item of the path. */
export function noteOf(call: Call, on: Noteable): Note {
  const note = call.context.state.notes.get(Number(call.params.note_id));
  if (note === undefined || note.noteable.kind !== on.kind || note.noteable.id !== on.id) throw notFound();
  if (!mayReadNote(call.user, note, projectOf(call), call.context)) throw notFound();
  return note;
}
