import type { MergeRequestRef } from '../runs/ports.ts';

/** Who may send variables along with a pipeline, in GitLab's words. */
export type VariablesRole = 'no_one_allowed' | 'developer' | 'maintainer' | 'owner';

/** What GitLab's project settings say, as far as agents depend on it. */
export interface ProjectSettings {
  readonly id: number;
  /** Full path. */
  readonly path: string;
  readonly url: string;
  /** `undefined`: the repository is empty. */
  readonly defaultBranch: string | undefined;
  readonly archived: boolean;
  readonly jobsEnabled: boolean;
  readonly mergeRequestsEnabled: boolean;
  /** `ci_config_path` as written; empty where it is not set, or not shown to this account. */
  readonly ciConfigPath: string;
  /** `undefined`: not shown to this account, which is no Maintainer. */
  readonly variablesRole: VariablesRole | undefined;
}

/** What GitLab's CI lint answers. */
export interface CiLint {
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly mergedYaml: string;
  /** Names of the jobs. */
  readonly jobs: readonly string[];
}

/** One action of a commit. A moved file keeps its content, which is given to compare it. */
export type FileAction =
  | { readonly action: 'create' | 'update'; readonly path: string; readonly content: string }
  | {
      readonly action: 'move';
      readonly from: string;
      readonly path: string;
      readonly content: string;
    };

/**
 * All that setting up a project asks of GitLab, as the account of an operator. Calls fail with a `Failure`; a thing
 * that is not there is `undefined`, not a failure.
 */
export interface ProjectSetup {
  /** GitLab's version, such as `18.9.0-ee`. */
  version(): Promise<string>;
  /** A project by its full path or id. */
  settings(project: string): Promise<ProjectSettings>;
  /** The access level of an account in the project; `undefined`: there is no such account, or it is no member. */
  accessLevelOf(projectId: number, username: string): Promise<number | undefined>;
  /** An account by its username; not `active`: blocked, banned or deactivated. */
  account(username: string): Promise<{ readonly id: number; readonly active: boolean } | undefined>;
  /** Makes an account a direct member with the role Developer, or gives a direct member that role. For Maintainers. */
  makeDeveloper(projectId: number, userId: number): Promise<void>;
  /** A text file on a branch; `undefined` where file or branch is not there. The project is an id or a full path. */
  readFile(project: number | string, path: string, ref: string): Promise<string | undefined>;
  /** Checks the CI configuration of a branch without simulating a pipeline, local includes taken from there. */
  lintBranch(projectId: number, branch: string): Promise<CiLint>;
  /** Checks a text as CI configuration; local includes are taken from the default branch. */
  lintText(projectId: number, content: string): Promise<CiLint>;
  /** A branch with the whole message of its newest commit. */
  branchHead(projectId: number, branch: string): Promise<{ readonly message: string } | undefined>;
  /** Makes `branch` the branch `start` and one commit; what `branch` held before is dropped. */
  commitOnto(
    projectId: number,
    commit: {
      readonly branch: string;
      readonly start: string;
      readonly message: string;
      readonly actions: readonly FileAction[];
    },
  ): Promise<void>;
  /** The open merge request of a branch. */
  openMergeRequest(projectId: number, sourceBranch: string): Promise<MergeRequestRef | undefined>;
  createMergeRequest(
    projectId: number,
    mergeRequest: {
      readonly sourceBranch: string;
      readonly targetBranch: string;
      readonly title: string;
      readonly description: string;
    },
  ): Promise<MergeRequestRef>;
  editMergeRequest(
    projectId: number,
    iid: number,
    text: { readonly title: string; readonly description: string },
  ): Promise<void>;
}

/** The part of it that only reads. */
export type ProjectReading = Pick<
  ProjectSetup,
  'version' | 'settings' | 'accessLevelOf' | 'readFile' | 'lintBranch'
>;
