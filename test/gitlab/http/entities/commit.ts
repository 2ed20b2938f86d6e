import type { FileDiff } from '../../ports.ts';
import type { WorldContext } from '../../world/context.ts';
import { protectionOf } from '../../world/policy.ts';
import type { CommitInfo, Project } from '../../world/records-project.ts';
import { commitUrl, projectUrl } from '../../world/urls.ts';

type Known = Pick<WorldContext, 'url'>;

/** Git dates as GitLab writes them: with an offset and milliseconds. */
function gitDate(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}

export function commitEntity(commit: CommitInfo, project: Project, known: Known) {
  return {
    id: commit.id,
    short_id: commit.id.slice(0, 8),
    created_at: gitDate(commit.committedAt),
    parent_ids: commit.parentIds,
    title: commit.message.split('\n')[0] ?? '',
    message: commit.message,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    authored_date: gitDate(commit.authoredAt),
    committer_name: commit.committerName,
    committer_email: commit.committerEmail,
    committed_date: gitDate(commit.committedAt),
    trailers: {},
    extended_trailers: {},
    web_url: commitUrl(commit.id, project, known),
  };
}

export function branchEntity(
  branch: { readonly name: string; readonly commit: CommitInfo; readonly canPush: boolean },
  project: Project,
  known: Known,
) {
  return {
    name: branch.name,
    commit: commitEntity(branch.commit, project, known),
    merged: false,
    protected: protectionOf(branch.name, project) !== undefined,
    developers_can_push: false,
    developers_can_merge: false,
    can_push: branch.canPush,
    default: branch.name === project.defaultBranch,
    web_url: `${projectUrl(project, known)}/-/tree/${branch.name}`,
  };
}

export function diffEntity(diff: FileDiff) {
  return {
    diff: diff.diff,
    collapsed: false,
    too_large: false,
    new_path: diff.newPath,
    old_path: diff.oldPath,
    a_mode: diff.newFile ? '0' : '100644',
    b_mode: diff.deletedFile ? '0' : '100644',
    new_file: diff.newFile,
    renamed_file: diff.oldPath !== diff.newPath,
    deleted_file: diff.deletedFile,
    generated_file: false,
  };
}
