import type { FileAction } from '../ports.ts';
import type { WorldContext } from './context.ts';
import { levels } from './levels.ts';
import { findUser, getGroup, getProject, type ProjectRef, type UserRef } from './lookup.ts';
import { addGroup } from './people.ts';
import type { Label, Project, ProjectVariable } from './records-project.ts';
import { nextId } from './state.ts';

export interface NewProject {
  /** `group/sub/name`; missing groups are made. */
  readonly path: string;
  readonly name?: string;
  readonly description?: string;
  readonly visibility?: Project['visibility'];
  readonly defaultBranch?: string;
  /** The first commit; none at all for an empty project. A README is there by default. */
  readonly files?: Readonly<Record<string, string>>;
  readonly pipelineVariablesRole?: Project['pipelineVariablesRole'];
  readonly ciConfigPath?: string;
  readonly protectedBranches?: Project['protectedBranches'];
  readonly pushRule?: Project['pushRule'];
  readonly forkedFrom?: ProjectRef;
  readonly creator?: UserRef;
}

/** Adds a project with its repository. The default branch is protected as GitLab does it: Maintainers push. */
export async function addProject(input: NewProject, context: WorldContext): Promise<Project> {
  const { state, now } = context;
  const segments = input.path.split('/');
  const path = segments.pop() ?? input.path;
  const group = addGroup({ path: segments.join('/') }, context);
  const defaultBranch = input.defaultBranch ?? 'main';
  const project: Project = {
    id: nextId(state, 'projects'),
    groupId: group.id,
    sharedWithGroupIds: [],
    name: input.name ?? path,
    path,
    pathWithNamespace: input.path,
    description: input.description ?? null,
    visibility: input.visibility ?? 'private',
    defaultBranch,
    archived: false,
    issuesEnabled: true,
    mergeRequestsEnabled: true,
    jobsEnabled: true,
    publicJobs: true,
    variables: [],
    pipelineVariablesRole: input.pipelineVariablesRole ?? 'developer',
    ciConfigPath: input.ciConfigPath ?? null,
    protectedBranches: input.protectedBranches ?? [
      { name: defaultBranch, pushLevel: levels.maintainer, mergeLevel: levels.maintainer },
    ],
    pushRule: input.pushRule,
    forkedFromId: input.forkedFrom === undefined ? null : getProject(input.forkedFrom, state).id,
    creatorId: input.creator === undefined ? 1 : (findUser(input.creator, state)?.id ?? 1),
    createdAt: now(),
    updatedAt: now(),
  };
  state.projects.set(project.id, project);
  const repository = await context.openRepository(project);
  state.repositories.set(project.id, repository);
  const files = input.files ?? { 'README.md': `# ${project.name}\n` };
  const actions = Object.entries(files).map(
    ([file, content]): FileAction => ({ action: 'create', path: file, content }),
  );
  const author = { name: 'Administrator', email: 'admin@example.com', date: now() };
  if (actions.length > 0)
    await repository.commit({ branch: defaultBranch, message: 'Initial commit', author, actions });
  return project;
}

/** Changes a project's settings. */
export function updateProject(
  input: { project: ProjectRef } & Partial<Omit<Project, 'id' | 'groupId' | 'createdAt'>>,
  { state, now }: WorldContext,
): Project {
  const { project: ref, ...changes } = input;
  const project = { ...getProject(ref, state), ...changes, updatedAt: now() };
  state.projects.set(project.id, project);
  return project;
}

/** Sets a CI/CD variable of the project. */
export function setVariable(
  input: { project: ProjectRef } & Pick<ProjectVariable, 'key' | 'value'> & Partial<ProjectVariable>,
  context: WorldContext,
): Project {
  const { project: ref, ...given } = input;
  const project = getProject(ref, context.state);
  const variable: ProjectVariable = {
    variableType: 'env_var',
    protected: false,
    masked: false,
    environmentScope: '*',
    ...given,
  };
  const others = project.variables.filter(
    (known) => known.key !== variable.key || known.environmentScope !== variable.environmentScope,
  );
  return updateProject({ project, variables: [...others, variable] }, context);
}

/** The full name with spaces round the slashes, as GitLab shows it. */
export function nameWithNamespace(project: Project, { state }: Pick<WorldContext, 'state'>): string {
  return `${getGroup(project.groupId, state).name} / ${project.name}`;
}

export interface NewLabel {
  readonly project: ProjectRef;
  readonly name: string;
  readonly color?: string;
  readonly description?: string;
}

/** Adds a label, or answers the one of that name. */
export function addLabel(input: NewLabel, { state, now }: WorldContext): Label {
  const project = getProject(input.project, state);
  for (const label of state.labels.values())
    if (label.projectId === project.id && label.name === input.name) return label;
  const label: Label = {
    id: nextId(state, 'labels'),
    projectId: project.id,
    name: input.name,
    color: input.color ?? '#428bca',
    description: input.description ?? null,
    createdAt: now(),
  };
  state.labels.set(label.id, label);
  return label;
}
