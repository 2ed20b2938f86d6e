import {
  Branches,
  type CommitAction,
  Commits,
  Lint,
  MergeRequests,
  Metadata,
  ProjectMembers,
  Projects,
} from '@gitbeaker/rest';
import { ACCESS_LEVELS } from '../config/config.ts';
import { Failure } from '../runs/failures.ts';
import type { CiLint, FileAction, ProjectSetup } from '../setup/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import { connectionOf, type Login, type ResourceConnection, type Wire } from './connection.ts';
import { createPeople } from './people.ts';
import { createRepository } from './repository.ts';
import {
  BranchHeadAnswer,
  LintAnswer,
  MergeRequestsAnswer,
  MetadataAnswer,
  SettingsAnswer,
} from './responses.ts';

/** Connects to GitLab as whoever sets up projects: the port of `setup` over gitbeaker's typed resources. */
export function createOperator(login: Login, wire: Wire): ProjectSetup {
  const connection = connectionOf(login, wire);
  const { userByName, accessLevel } = createPeople(connection);
  const { readFile, createMergeRequest } = createRepository(connection);
  return {
    ...createProjects(connection),
    ...createChecks(connection),
    ...createChanges(connection),
    readFile: async (project, path, ref) => (await readFile(project, path, ref))?.text,
    createMergeRequest,
    async accessLevelOf(projectId, username) {
      const user = await userByName(username);
      return user === undefined ? undefined : accessLevel(projectId, user.id);
    },
    account: userByName,
    makeDeveloper: (projectId, userId) => makeDeveloper(new ProjectMembers(connection), projectId, userId),
  };
}

/** GitLab answers 409 for whoever is a direct member already: https://docs.gitlab.com/api/project_members/ */
async function makeDeveloper(members: ProjectMembers, projectId: number, userId: number): Promise<void> {
  const level = ACCESS_LEVELS.developer;
  try {
    await members.add(projectId, level, { userId });
  } catch (error) {
    if (!(error instanceof Failure && error.status === 409)) throw error;
    await members.edit(projectId, userId, level);
  }
}

function createProjects(connection: ResourceConnection): Pick<ProjectSetup, 'version' | 'settings'> {
  const metadata = new Metadata(connection);
  const projects = new Projects(connection);
  return {
    async version() {
      return readAnswer(MetadataAnswer, await metadata.show()).version;
    },
    async settings(project) {
      const answer = readAnswer(SettingsAnswer, await projects.show(project));
      return {
        id: answer.id,
        path: answer.path_with_namespace,
        url: answer.web_url ?? `${connection.host}/${answer.path_with_namespace}`,
        defaultBranch: answer.empty_repo === true ? undefined : answer.default_branch,
        archived: answer.archived === true,
        jobsEnabled: answer.jobs_enabled !== false,
        mergeRequestsEnabled: answer.merge_requests_enabled !== false,
        ciConfigPath: answer.ci_config_path ?? '',
        variablesRole: answer.ci_pipeline_variables_minimum_override_role ?? undefined,
      };
    },
  };
}

function createChecks(connection: ResourceConnection): Pick<ProjectSetup, 'lintBranch' | 'lintText'> {
  const lint = new Lint(connection);
  return {
    async lintBranch(projectId, branch) {
      // GitLab's name for the branch that the file is taken from, which gitbeaker's types do not have.
      const options = { contentRef: branch, includeJobs: true };
      return lintOf(await lint.check(projectId, options));
    },
    async lintText(projectId, content) {
      return lintOf(await lint.lint(projectId, content, { includeJobs: true }));
    },
  };
}

function lintOf(answer: unknown): CiLint {
  const { valid, errors, merged_yaml, jobs } = readAnswer(LintAnswer, answer);
  return {
    valid,
    errors: errors ?? [],
    mergedYaml: merged_yaml ?? '',
    jobs: (jobs ?? []).map(({ name }) => name),
  };
}

function createChanges(
  connection: ResourceConnection,
): Pick<ProjectSetup, 'branchHead' | 'commitOnto' | 'openMergeRequest' | 'editMergeRequest'> {
  const branches = new Branches(connection);
  const commits = new Commits(connection);
  const mergeRequests = new MergeRequests(connection);
  return {
    async branchHead(projectId, branch) {
      const answer = await orUndefined(branches.show(projectId, branch));
      if (answer === undefined) return undefined;
      return { message: readAnswer(BranchHeadAnswer, answer).commit.message ?? '' };
    },
    async commitOnto(projectId, { branch, start, message, actions }) {
      await commits.create(projectId, branch, message, actions.map(actionOf), {
        startBranch: start,
        force: true,
      });
    },
    async openMergeRequest(projectId, sourceBranch) {
      const options = { projectId, sourceBranch, state: 'opened', perPage: 1, page: 1 } as const;
      const [found] = readAnswer(MergeRequestsAnswer, await mergeRequests.all(options));
      return found;
    },
    async editMergeRequest(projectId, iid, { title, description }) {
      await mergeRequests.edit(projectId, iid, { title, description });
    },
  };
}

/** In GitLab's own keys, as the requester changes the outer keys of a body only. */
function actionOf(action: FileAction): CommitAction {
  const written =
    action.action === 'move'
      ? { action: action.action, file_path: action.path, previous_path: action.from }
      : { action: action.action, file_path: action.path, content: action.content };
  return written as object as CommitAction;
}
