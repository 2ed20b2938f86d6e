import { accessLevel } from './access.ts';
import type { WorldContext } from './context.ts';
import { levels } from './levels.ts';
import type { Issue, Note, Noteable } from './records-discussion.ts';
import type { User } from './records-people.ts';
import type { Project, ProtectedBranch } from './records-project.ts';

type Known = Pick<WorldContext, 'state' | 'now'>;
type Who = User | undefined;

/** Whether a user sees that a project exists. */
export function mayReadProject(user: Who, project: Project, known: Known): boolean {
  if (project.visibility === 'public') return true;
  if (project.visibility === 'internal' && user !== undefined) return true;
  return accessLevel(user, project, known) >= levels.guest;
}

/** Whether a user may read files, branches and merge requests: in a private project, from Reporter on. */
export function mayReadCode(user: Who, project: Project, known: Known): boolean {
  return (
    mayReadProject(user, project, known) &&
    (project.visibility !== 'private' || accessLevel(user, project, known) >= levels.reporter)
  );
}

export function mayReadNoteable(user: Who, noteable: Noteable, project: Project, known: Known): boolean {
  if (noteable.kind === 'merge_request') return mayReadCode(user, project, known);
  return (
    mayReadProject(user, project, known) &&
    (!noteable.confidential || seesSecret(user, noteable, project, known))
  );
}

/** Whether a user may read internal notes (from Planner on). */
export function mayReadInternalNotes(user: Who, project: Project, known: Known): boolean {
  return accessLevel(user, project, known) >= levels.planner;
}

/** Whether a user sees this note: internal ones need Planner, system notes are for all. */
export function mayReadNote(user: Who, note: Note, project: Project, known: Known): boolean {
  return !note.internal || mayReadInternalNotes(user, project, known);
}

/** Whether a user may comment: a locked discussion is for members only, an archived project for nobody. */
export function mayComment(user: Who, noteable: Noteable, project: Project, known: Known): boolean {
  if (user === undefined || project.archived || !mayReadNoteable(user, noteable, project, known))
    return false;
  return !noteable.discussionLocked || accessLevel(user, project, known) >= levels.guest;
}

/** Whether a user may edit or delete this note: its author and Maintainers. */
export function mayAdminNote(user: Who, note: Note, project: Project, known: Known): boolean {
  if (user === undefined || note.system || project.archived) return false;
  return note.authorId === user.id || accessLevel(user, project, known) >= levels.maintainer;
}

/** Whether a user may assign, label and so on. */
export function mayAdminNoteable(user: Who, noteable: Noteable, project: Project, known: Known): boolean {
  if (user === undefined || project.archived) return false;
  const needed = noteable.kind === 'issue' ? levels.planner : levels.developer;
  return accessLevel(user, project, known) >= needed;
}

/** Whether a user may change title and description and close or reopen: the author may, too. */
export function mayUpdateNoteable(user: Who, noteable: Noteable, project: Project, known: Known): boolean {
  return (
    mayAdminNoteable(user, noteable, project, known) ||
    (user !== undefined && !project.archived && noteable.authorId === user.id)
  );
}

/** Whether a user has at least a role and the project still takes changes. */
export function mayWrite(user: Who, level: number, project: Project, known: Known): boolean {
  return !project.archived && accessLevel(user, project, known) >= level;
}

/** Whether a user may push to a branch: Developers, except where a protection asks for more. */
export function mayPush(user: Who, branch: string, project: Project, known: Known): boolean {
  return mayWrite(user, protectionOf(branch, project)?.pushLevel ?? levels.developer, project, known);
}

/** Whether a user may run pipelines on a branch: on a protected one, whoever may push or merge there. */
export function mayRunPipelineOn(user: Who, branch: string, project: Project, known: Known): boolean {
  const rule = protectionOf(branch, project);
  const needed = rule === undefined ? levels.developer : Math.min(rule.pushLevel, rule.mergeLevel);
  return mayWrite(user, needed, project, known);
}

/** The protection that covers a branch, with `*` as in GitLab. */
export function protectionOf(branch: string, project: Project): ProtectedBranch | undefined {
  return project.protectedBranches.find((rule) => {
    const pattern = rule.name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${pattern.join('.*')}$`).test(branch);
  });
}

function seesSecret(user: Who, issue: Issue, project: Project, known: Known): boolean {
  if (user === undefined) return false;
  return (
    issue.authorId === user.id ||
    issue.assigneeIds.includes(user.id) ||
    accessLevel(user, project, known) >= levels.planner
  );
}
