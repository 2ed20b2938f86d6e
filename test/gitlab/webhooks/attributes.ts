import { avatarUrl } from '../http/entities/user.ts';
import type { WorldContext } from '../world/context.ts';
import { getGroup, getProject, must } from '../world/lookup.ts';
import type { CommitInfo, Label, Project } from '../world/records-project.ts';
import { commitUrl, projectUrl, sshUrl } from '../world/urls.ts';
import { atLeast } from '../world/version.ts';

/** A moment as webhooks write it: `2023-05-25 17:12:06 UTC`, and ISO from 19.0 on. */
export function hookDate(date: Date, { version }: Pick<WorldContext, 'version'>): string;
export function hookDate(date: Date | null, { version }: Pick<WorldContext, 'version'>): string | null;
export function hookDate(date: Date | null, { version }: Pick<WorldContext, 'version'>): string | null {
  if (date === null) return null;
  const iso = date.toISOString();
  return atLeast(version, 19, 0) ? iso : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A user as every webhook shows one: without a bot flag, and without the e-mail unless that is public. */
export function hookUser(id: number, { state }: Pick<WorldContext, 'state'>) {
  const user = must(state.users.get(id), `user ${id}`);
  return {
    id: user.id,
    name: user.name,
    username: user.username,
    avatar_url: avatarUrl(user),
    email: user.publicEmail ?? '[REDACTED]',
  };
}

/** `project` of every webhook. */
export function hookProject(id: number, context: WorldContext) {
  const project = getProject(id, context.state);
  const web = projectUrl(project, context);
  const ssh = sshUrl(project, context);
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    web_url: web,
    avatar_url: null,
    git_ssh_url: ssh,
    git_http_url: `${web}.git`,
    namespace: getGroup(project.groupId, context.state).name,
    visibility_level: visibilityLevel(project),
    path_with_namespace: project.pathWithNamespace,
    default_branch: project.defaultBranch,
    ci_config_path: project.ciConfigPath,
    homepage: web,
    url: ssh,
    ssh_url: ssh,
    http_url: `${web}.git`,
  };
}

/** The old `repository` of issue, note, merge request and push webhooks. */
export function hookRepository(id: number, context: WorldContext) {
  const project = getProject(id, context.state);
  return {
    name: project.name,
    url: sshUrl(project, context),
    description: project.description,
    homepage: projectUrl(project, context),
  };
}

export function visibilityLevel(project: Project): 0 | 10 | 20 {
  return project.visibility === 'private' ? 0 : project.visibility === 'internal' ? 10 : 20;
}

/** Labels of an item, by id. */
export function hookLabels(ids: readonly number[], context: WorldContext) {
  return ids.map((id) => hookLabel(must(context.state.labels.get(id), `label ${id}`), context));
}

function hookLabel(label: Label, context: WorldContext) {
  return {
    id: label.id,
    title: label.name,
    color: label.color,
    project_id: label.projectId,
    created_at: hookDate(label.createdAt, context),
    updated_at: hookDate(label.createdAt, context),
    template: false,
    description: label.description,
    type: 'ProjectLabel',
    group_id: null,
  };
}

/** A commit, as in `last_commit` and `commit`. */
export function hookCommit(commit: CommitInfo, projectId: number, context: WorldContext) {
  return {
    id: commit.id,
    message: commit.message,
    title: commit.message.split('\n')[0] ?? '',
    timestamp: commit.authoredAt.toISOString().replace(/\.\d+Z$/, '+00:00'),
    url: commitUrl(commit.id, getProject(projectId, context.state), context),
    author: { name: commit.authorName, email: commit.authorEmail },
  };
}

/** Numbers for GitLab's states. */
export const stateIds = { opened: 1, closed: 2, merged: 3, locked: 4 } as const;

/** Time tracking, which nobody does here. */
export const noTime = {
  total_time_spent: 0,
  time_change: 0,
  human_total_time_spent: null,
  human_time_change: null,
  human_time_estimate: null,
} as const;
