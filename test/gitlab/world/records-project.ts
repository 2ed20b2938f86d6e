import type { PipelineVariable } from '../ports.ts';

/** Who may pass variables when starting a pipeline. */
export type OverrideRole = 'no_one_allowed' | 'developer' | 'maintainer' | 'owner';

/** A CI/CD variable of a project. */
export interface ProjectVariable {
  readonly key: string;
  readonly value: string;
  readonly variableType: 'env_var' | 'file';
  /** Given only to pipelines on protected refs. */
  readonly protected: boolean;
  readonly masked: boolean;
  readonly environmentScope: string;
}

/** A protected branch: `name` may hold `*`. */
export interface ProtectedBranch {
  readonly name: string;
  readonly pushLevel: number;
  readonly mergeLevel: number;
}

/** A runner that projects can use; without projects it is an instance runner. */
export interface CiRunner {
  readonly id: number;
  readonly description: string;
  readonly online: boolean;
  readonly paused: boolean;
  readonly tags: readonly string[];
  readonly runUntagged: boolean;
  /** Takes jobs on protected branches only. */
  readonly refProtected: boolean;
  readonly projectIds: readonly number[] | undefined;
}

/** Push rules, of GitLab Premium. */
export interface PushRule {
  readonly branchNameRegex: string;
  readonly rejectUnsignedCommits: boolean;
  readonly commitCommitterCheck: boolean;
}

export interface Project {
  readonly id: number;
  readonly groupId: number;
  /** Ids of other groups that it is shared with. */
  readonly sharedWithGroupIds: readonly number[];
  readonly name: string;
  readonly path: string;
  readonly pathWithNamespace: string;
  readonly description: string | null;
  readonly visibility: 'private' | 'internal' | 'public';
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly issuesEnabled: boolean;
  readonly mergeRequestsEnabled: boolean;
  readonly jobsEnabled: boolean;
  /** Whether whoever sees the project may read its pipelines and job logs; from Reporter on otherwise. */
  readonly publicJobs: boolean;
  readonly variables: readonly ProjectVariable[];
  readonly pipelineVariablesRole: OverrideRole;
  readonly ciConfigPath: string | null;
  readonly protectedBranches: readonly ProtectedBranch[];
  readonly pushRule: PushRule | undefined;
  readonly forkedFromId: number | null;
  readonly creatorId: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Label {
  readonly id: number;
  readonly projectId: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
  readonly createdAt: Date;
}

/** GitLab's pipeline and job states. */
export type CiStatus =
  | 'created'
  | 'waiting_for_resource'
  | 'preparing'
  | 'pending'
  | 'running'
  | 'success'
  | 'failed'
  | 'canceling'
  | 'canceled'
  | 'skipped'
  | 'manual'
  | 'scheduled';

export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly ref: string;
  readonly sha: string;
  readonly status: CiStatus;
  readonly source: string;
  readonly userId: number;
  readonly variables: readonly PipelineVariable[];
  readonly inputs: Readonly<Record<string, string>>;
  readonly commit: CommitInfo;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface Job {
  readonly id: number;
  readonly pipelineId: number;
  readonly name: string;
  readonly stage: string;
  readonly status: CiStatus;
  readonly failureReason: string | null;
  readonly allowFailure: boolean;
  readonly trace: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** What webhooks and answers show of a commit; kept beside the sha so that no payload has to read Git. */
export interface CommitInfo {
  readonly id: string;
  readonly message: string;
  readonly parentIds: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  readonly authoredAt: Date;
  readonly committerName: string;
  readonly committerEmail: string;
  readonly committedAt: Date;
}
