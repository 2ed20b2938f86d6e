import { accessLevel, effectiveMember } from '../../world/access.ts';
import type { WorldContext } from '../../world/context.ts';
import { levels } from '../../world/levels.ts';
import { getGroup } from '../../world/lookup.ts';
import { nameWithNamespace } from '../../world/projects.ts';
import type { User } from '../../world/records-people.ts';
import type { Label, Project } from '../../world/records-project.ts';
import { projectUrl, sshUrl } from '../../world/urls.ts';

/** A project as a user sees it; CI settings are there for Maintainers only. */
export function projectEntity(project: Project, user: User | undefined, context: WorldContext) {
  const { state, url } = context;
  const group = getGroup(project.groupId, state);
  const web = projectUrl(project, context);
  const level = accessLevel(user, project, context);
  const member = user === undefined ? undefined : effectiveMember(user, project, context);
  const access = member === undefined ? null : { access_level: member.accessLevel, notification_level: 3 };
  return {
    ...projectIdentity(project, context),
    default_branch: project.defaultBranch,
    tag_list: [],
    topics: [],
    ssh_url_to_repo: sshUrl(project, context),
    http_url_to_repo: `${web}.git`,
    web_url: web,
    readme_url: `${web}/-/blob/${project.defaultBranch}/README.md`,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: project.updatedAt.toISOString(),
    visibility: project.visibility,
    namespace: {
      id: group.id,
      name: group.name,
      path: group.path.split('/').at(-1),
      kind: group.kind,
      full_path: group.path,
      parent_id: null,
      avatar_url: null,
      web_url: `${url()}/${group.kind === 'group' ? 'groups/' : ''}${group.path}`,
    },
    empty_repo: false,
    archived: project.archived,
    issues_enabled: project.issuesEnabled,
    merge_requests_enabled: project.mergeRequestsEnabled,
    jobs_enabled: project.jobsEnabled,
    public_jobs: project.publicJobs,
    builds_access_level: project.jobsEnabled ? 'enabled' : 'disabled',
    issues_access_level: project.issuesEnabled ? 'enabled' : 'disabled',
    merge_requests_access_level: project.mergeRequestsEnabled ? 'enabled' : 'disabled',
    creator_id: project.creatorId,
    open_issues_count: [...state.issues.values()].filter(
      (issue) => issue.projectId === project.id && issue.state === 'opened',
    ).length,
    updated_at: project.updatedAt.toISOString(),
    shared_runners_enabled: true,
    shared_with_groups: project.sharedWithGroupIds.map((id) => ({
      group_id: id,
      group_name: getGroup(id, state).name,
      group_full_path: getGroup(id, state).path,
      group_access_level: levels.developer,
      expires_at: null,
    })),
    only_allow_merge_if_all_discussions_are_resolved: false,
    remove_source_branch_after_merge: true,
    merge_method: 'merge',
    squash_option: 'default_off',
    ...(level >= levels.maintainer
      ? {
          ci_config_path: project.ciConfigPath ?? '',
          ci_pipeline_variables_minimum_override_role: project.pipelineVariablesRole,
          restrict_user_defined_variables: project.pipelineVariablesRole !== 'developer',
          ci_push_repository_for_job_token_allowed: false,
          build_timeout: 3600,
        }
      : {}),
    ...(user === undefined
      ? {}
      : {
          permissions: {
            project_access: member?.sourceKind === 'project' ? access : null,
            group_access: member?.sourceKind === 'group' ? access : null,
          },
        }),
  };
}

/** What `simple=true` leaves of a project. */
export function simpleProject(project: Project, user: User | undefined, context: WorldContext) {
  const { default_branch, web_url, visibility } = projectEntity(project, user, context);
  return { ...projectIdentity(project, context), default_branch, web_url, visibility };
}

/** The short form, as in To-Do items. */
export function projectIdentity(project: Project, context: Pick<WorldContext, 'state'>) {
  return {
    id: project.id,
    description: project.description,
    name: project.name,
    name_with_namespace: nameWithNamespace(project, context),
    path: project.path,
    path_with_namespace: project.pathWithNamespace,
    created_at: project.createdAt.toISOString(),
  };
}

export function labelEntity(label: Label) {
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    description_html: label.description ?? '',
    text_color: '#FFFFFF',
    color: label.color,
    archived: false,
    subscribed: false,
    priority: null,
    is_project_label: true,
  };
}
