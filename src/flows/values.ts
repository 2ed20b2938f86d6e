import type { Handover } from './handover.ts';

/**
 * The variables of a run with their exact values, by GitLab's own names where GitLab has them
 * (https://docs.gitlab.com/user/duo_agent_platform/agents/external/), by ours for what an agent otherwise has to
 * dig out of the context. No secret is among them: GitLab shows pipeline variables in every pipeline webhook.
 */
export function flowValues(handover: Handover): ReadonlyMap<string, string> {
  const { event } = handover;
  const { resource } = event;
  const values: Record<string, string> = {
    AI_FLOW_EVENT: event.kind,
    AI_FLOW_INPUT: handover.input,
    AI_FLOW_CONTEXT: handover.context,
    AI_FLOW_DISCUSSION_ID: handover.discussionId,
    AI_FLOW_PROJECT_PATH: event.project.path,
    AI_FLOW_GITLAB_HOSTNAME: new URL(handover.gitlabUrl).host,
    AI_FLOW_ID: handover.runId,
    AI_FLOW_AGENT: handover.agent,
    AI_FLOW_RESOURCE_TYPE: resource?.type ?? '',
    AI_FLOW_RESOURCE_IID: resource === undefined ? '' : String(resource.iid),
    AI_FLOW_RESOURCE_URL: resource?.url ?? '',
    AI_FLOW_NOTE_ID: event.kind === 'mention' ? String(event.note.id) : '',
    AI_FLOW_USER: event.actor.username,
    AI_FLOW_SOURCE_BRANCH: resource?.type === 'merge_request' ? resource.sourceBranch : '',
    AI_FLOW_TARGET_BRANCH: resource?.type === 'merge_request' ? resource.targetBranch : handover.targetBranch,
    CI_WORKLOAD_REF: handover.branch,
    GIT_AUTHOR_NAME: handover.author.name,
    GIT_AUTHOR_EMAIL: handover.author.email,
    GIT_COMMITTER_NAME: handover.committer.name,
    GIT_COMMITTER_EMAIL: handover.committer.email,
  };
  // No environment variable holds a NUL, whichever way it comes.
  return new Map(Object.entries(values).map(([name, value]) => [name, value.replaceAll('\0', '')]));
}
