import { levels } from '../../world/levels.ts';
import type { CiRunner, Project, ProjectVariable, ProtectedBranch } from '../../world/records-project.ts';

/** A CI/CD variable with its value, as Maintainers are shown it. */
export function variableEntity(variable: ProjectVariable) {
  return {
    variable_type: variable.variableType,
    key: variable.key,
    value: variable.value,
    hidden: false,
    protected: variable.protected,
    masked: variable.masked,
    raw: false,
    environment_scope: variable.environmentScope,
    description: null,
  };
}

export function protectedBranchEntity({ name, pushLevel, mergeLevel }: ProtectedBranch, index: number) {
  return {
    id: index + 1,
    name,
    push_access_levels: [accessEntity(pushLevel)],
    merge_access_levels: [accessEntity(mergeLevel)],
    allow_force_push: false,
  };
}

function accessEntity(level: number) {
  const description =
    level === 0 ? 'No one' : level >= levels.maintainer ? 'Maintainers' : 'Developers + Maintainers';
  return {
    id: level + 1,
    access_level: level,
    access_level_description: description,
    deploy_key_id: null,
    user_id: null,
    group_id: null,
  };
}

export function pushRuleEntity({ id, createdAt, pushRule }: Project) {
  return {
    id: id + 1,
    project_id: id,
    created_at: createdAt.toISOString(),
    commit_message_regex: '',
    branch_name_regex: pushRule?.branchNameRegex ?? '',
    deny_delete_tag: false,
    member_check: false,
    prevent_secrets: false,
    author_email_regex: '',
    file_name_regex: '',
    max_file_size: 0,
    commit_committer_check: pushRule?.commitCommitterCheck === true,
    reject_unsigned_commits: pushRule?.rejectUnsignedCommits === true,
  };
}

/** A runner as lists show it: neither tags nor what it takes. */
export function runnerEntity({ id, description, online, paused, projectIds }: CiRunner) {
  return {
    id,
    description,
    ip_address: null,
    active: !paused,
    paused,
    is_shared: projectIds === undefined,
    runner_type: projectIds === undefined ? 'instance_type' : 'project_type',
    name: null,
    online,
    status: online ? 'online' : 'offline',
  };
}

export function runnerDetails(runner: CiRunner) {
  return {
    ...runnerEntity(runner),
    tag_list: runner.tags,
    run_untagged: runner.runUntagged,
    locked: false,
    maximum_timeout: null,
    access_level: runner.refProtected ? 'ref_protected' : 'not_protected',
  };
}
