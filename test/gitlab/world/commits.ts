import type { Commit, Repository } from '../ports.ts';
import { must } from './lookup.ts';
import type { CommitInfo, Project } from './records-project.ts';
import type { State } from './state.ts';

/** A project's repository. */
export function repositoryOf(project: Pick<Project, 'id'>, state: State): Repository {
  return must(state.repositories.get(project.id), `repository of project ${project.id}`);
}

/** A commit as webhooks and answers show it. */
export function commitInfo(commit: Commit): CommitInfo {
  return {
    id: commit.id,
    message: commit.message,
    parentIds: commit.parentIds,
    authorName: commit.author.name,
    authorEmail: commit.author.email,
    authoredAt: commit.author.date ?? new Date(0),
    committerName: commit.committer.name,
    committerEmail: commit.committer.email,
    committedAt: commit.committer.date ?? commit.author.date ?? new Date(0),
  };
}

/** The commit at the tip of a ref, or `undefined`. */
export async function tip(ref: string, repository: Repository): Promise<CommitInfo | undefined> {
  if ((await repository.resolve(ref)) === undefined) return undefined;
  const [commit] = await repository.log(ref, { limit: 1 });
  return commit === undefined ? undefined : commitInfo(commit);
}
