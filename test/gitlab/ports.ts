/** Who made a commit. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date?: Date;
}
export type FileAction =
  | {
      readonly action: 'create' | 'update';
      readonly path: string;
      readonly content: string | Uint8Array;
      readonly executable?: boolean;
    }
  | { readonly action: 'delete'; readonly path: string };
export interface FileDiff {
  readonly oldPath: string;
  readonly newPath: string;
  readonly newFile: boolean;
  readonly deletedFile: boolean;
  readonly binary: boolean;
  /** Hunks only, each starting with its @@ line, as GitLab's `diff` field. */
  readonly diff: string;
}
export interface Commit {
  readonly id: string;
  readonly parentIds: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}
/** One bare Git repository of a project. Refs may be a branch name, `refs/heads/x` or a commit id. */
export interface Repository {
  readonly dir: string;
  branches(): Promise<readonly { readonly name: string; readonly commitId: string }[]>;
  resolve(ref: string): Promise<string | undefined>;
  createBranch(name: string, commitId: string): Promise<void>;
  deleteBranch(name: string): Promise<void>;
  readFile(
    ref: string,
    path: string,
  ): Promise<{ readonly content: Uint8Array; readonly blobId: string } | undefined>;
  tree(
    ref: string,
  ): Promise<readonly { readonly path: string; readonly blobId: string; readonly mode: string }[]>;
  /** Writes one commit on `branch` (which it creates from `startRef`, or as the first commit of the repository) and answers its id. */
  commit(input: {
    readonly branch: string;
    readonly startRef?: string;
    readonly message: string;
    readonly author: Signature;
    readonly committer?: Signature;
    readonly actions: readonly FileAction[];
  }): Promise<string>;
  log(
    ref: string,
    options?: { readonly since?: string; readonly limit?: number },
  ): Promise<readonly Commit[]>;
  mergeBase(a: string, b: string): Promise<string | undefined>;
  diff(fromRef: string, toRef: string): Promise<readonly FileDiff[]>;
}
export interface PipelineVariable {
  readonly key: string;
  readonly value: string;
  readonly variableType: 'env_var' | 'file';
}
/** What a runner needs to know to decide on and run the jobs of one pipeline. */
export interface PipelineRequest {
  readonly repository: Repository;
  readonly commitId: string;
  readonly ref: string;
  readonly source: string;
  readonly ciConfigPath: string;
  readonly variables: readonly PipelineVariable[];
  readonly inputs: Readonly<Record<string, string>>;
  /** Predefined CI_* variables and the project's own CI/CD variables (with environment scope). */
  readonly predefined: Readonly<Record<string, string>>;
  readonly projectVariables: readonly {
    readonly key: string;
    readonly value: string;
    readonly variableType: 'env_var' | 'file';
    readonly environmentScope: string;
  }[];
}
export interface JobPlan {
  readonly name: string;
  readonly stage: string;
}
export interface JobResult {
  readonly status: 'success' | 'failed' | 'canceled';
  readonly exitCode: number | undefined;
}
/** Decides which jobs a pipeline has, and runs one of them. */
export interface Runner {
  plan(request: PipelineRequest): Promise<{ readonly jobs: readonly JobPlan[] } | { readonly error: string }>;
  run(
    request: PipelineRequest,
    job: JobPlan,
    hooks: { readonly onLog: (chunk: string) => void; readonly signal: AbortSignal },
  ): Promise<JobResult>;
}
