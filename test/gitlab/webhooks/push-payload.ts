import type { WorldContext } from '../world/context.ts';
import { noCommit, type PushEvent } from '../world/events.ts';
import { getProject, must } from '../world/lookup.ts';
import { protectionOf } from '../world/policy.ts';
import { projectUrl, sshUrl } from '../world/urls.ts';
import { hookCommit, hookProject, hookRepository, visibilityLevel } from './attributes.ts';

/** The whole webhook of a push to a branch. The pusher's data stand at the top, not under `user`. */
export function pushPayload(event: PushEvent, context: WorldContext) {
  const project = getProject(event.projectId, context.state);
  const user = must(context.state.users.get(event.userId), `user ${event.userId}`);
  return {
    object_kind: 'push',
    event_name: 'push',
    before: event.before,
    after: event.after,
    ref: event.ref,
    ref_protected: protectionOf(event.ref.replace('refs/heads/', ''), project) !== undefined,
    checkout_sha: event.after === noCommit ? null : event.after,
    message: null,
    user_id: user.id,
    user_name: user.name,
    user_username: user.username,
    user_email: user.publicEmail ?? '',
    user_avatar: null,
    project_id: project.id,
    project: hookProject(project.id, context),
    commits: event.commits.map((commit) => ({
      ...hookCommit(commit, project.id, context),
      added: [],
      modified: [],
      removed: [],
    })),
    total_commits_count: event.totalCommits,
    push_options: {},
    repository: {
      ...hookRepository(project.id, context),
      git_http_url: `${projectUrl(project, context)}.git`,
      git_ssh_url: sshUrl(project, context),
      visibility_level: visibilityLevel(project),
    },
  };
}
