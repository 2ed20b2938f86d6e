import type { Issue, MergeRequest, Person, Project, Resource } from './event.ts';
import type { IssueFields, MergeRequestFields, ProjectPayload, UserPayload } from './payloads.ts';

/** The issue or merge request in a payload that has one beside its own object. */
export function resourceOf(payload: {
  readonly project: ProjectPayload;
  readonly issue?: IssueFields | undefined;
  readonly merge_request?: MergeRequestFields | undefined;
}): Resource | undefined {
  if (payload.issue !== undefined) return issueOf(payload.issue, payload.project);
  if (payload.merge_request !== undefined) return mergeRequestOf(payload.merge_request, payload.project);
  return undefined;
}

export function issueOf(issue: IssueFields, project: ProjectPayload): Issue {
  return {
    type: 'issue',
    iid: issue.iid,
    title: issue.title ?? '',
    url: issue.url ?? `${project.web_url ?? ''}/-/issues/${issue.iid}`,
  };
}

export function mergeRequestOf(mergeRequest: MergeRequestFields, project: ProjectPayload): MergeRequest {
  return {
    type: 'merge_request',
    iid: mergeRequest.iid,
    title: mergeRequest.title ?? '',
    url: mergeRequest.url ?? `${project.web_url ?? ''}/-/merge_requests/${mergeRequest.iid}`,
    sourceBranch: mergeRequest.source_branch,
    targetBranch: mergeRequest.target_branch,
    sourceProjectId: mergeRequest.source_project_id,
  };
}

/** Old payloads have the project's id outside of the project. */
export function projectOf(project: ProjectPayload, id: number | undefined): Project | undefined {
  const projectId = project.id ?? id;
  if (projectId === undefined) return undefined;
  return {
    id: projectId,
    path: project.path_with_namespace,
    url: project.web_url ?? '',
    defaultBranch: project.default_branch,
  };
}

export function personOf(user: UserPayload): Person {
  return { id: user.id, username: user.username, name: user.name ?? user.username };
}

/** GitLab writes `2023-05-25 17:12:06 UTC`, `2018-05-15 07:45:37 -0700` and ISO 8601; `undefined`: none of them. */
export function isoDate(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
