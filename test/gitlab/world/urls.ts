import type { WorldContext } from './context.ts';
import { getNoteable, getProject } from './lookup.ts';
import type { Note, Noteable } from './records-discussion.ts';
import type { Job, Pipeline, Project } from './records-project.ts';

type Known = Pick<WorldContext, 'state' | 'url'>;

export function projectUrl(project: Project, { url }: Pick<WorldContext, 'url'>): string {
  return `${url()}/${project.pathWithNamespace}`;
}

/** `git@host:path.git` does not fit a port, so GitLab writes a URL then; so do we. */
export function sshUrl(project: Project, { url }: Pick<WorldContext, 'url'>): string {
  return `git@${new URL(url()).hostname}:${project.pathWithNamespace}.git`;
}

/** Where a person reads an issue or merge request. Tasks and tickets live under `work_items`. */
export function noteableUrl(noteable: Noteable, known: Known): string {
  const base = projectUrl(getProject(noteable.projectId, known.state), known);
  if (noteable.kind === 'merge_request') return `${base}/-/merge_requests/${noteable.iid}`;
  const section = ['issue', 'incident'].includes(noteable.issueType) ? 'issues' : 'work_items';
  return `${base}/-/${section}/${noteable.iid}`;
}

export function noteUrl(note: Note, known: Known): string {
  return `${noteableUrl(getNoteable(note.noteable, known.state), known)}#note_${note.id}`;
}

export function pipelineUrl(pipeline: Pipeline, known: Known): string {
  return `${projectUrl(getProject(pipeline.projectId, known.state), known)}/-/pipelines/${pipeline.id}`;
}

export function jobUrl(job: Job, pipeline: Pipeline, known: Known): string {
  return `${projectUrl(getProject(pipeline.projectId, known.state), known)}/-/jobs/${job.id}`;
}

export function commitUrl(sha: string, project: Project, known: Pick<WorldContext, 'url'>): string {
  return `${projectUrl(project, known)}/-/commit/${sha}`;
}
