import type { Webhooks } from '../hooks/ports.ts';
import type { ProjectReading } from '../setup/ports.ts';

/** Whose token it is. */
export interface TokenAccount {
  readonly id: number;
  readonly username: string;
  /** GitLab's flag for service accounts and the bots of project access tokens; `undefined`: not told. */
  readonly bot: boolean | undefined;
  readonly admin: boolean;
}

/** What GitLab says of an access token. */
export interface TokenFacts {
  readonly scopes: readonly string[];
  /** The day at whose beginning (UTC) it ends, as `2027-01-31`; `undefined`: it has no end. */
  readonly expiresOn: string | undefined;
}

/** Who may push to the branches that a protection covers. */
export interface PushAccess {
  /** An access level; 0 is nobody. */
  readonly level: number | undefined;
  readonly userId: number | undefined;
  readonly groupId: number | undefined;
  readonly isDeployKey: boolean;
}

/** A protected branch; its name may hold `*`. */
export interface ProtectedBranch {
  readonly name: string;
  readonly push: readonly PushAccess[];
}

/** Push rules (GitLab Premium), as far as they stop an agent's push. */
export interface PushRule {
  /** What names of branches have to match, in GitLab's own kind of expression; empty: anything. */
  readonly branchName: string;
  readonly refusesUnsigned: boolean;
  /** Commits must have the committer who pushes. */
  readonly checksCommitter: boolean;
}

/** A CI/CD variable, without its value. */
export interface CiVariable {
  readonly key: string;
  readonly masked: boolean;
  readonly protected: boolean;
  readonly scope: string;
}

/** A runner as a project's list shows it. */
export interface ListedRunner {
  readonly id: number;
  readonly name: string;
  readonly online: boolean;
  readonly paused: boolean;
}

/** What else decides whether a runner takes a job. */
export interface RunnerDetails {
  readonly tags: readonly string[];
  readonly takesUntagged: boolean;
  /** Takes jobs on protected branches only. */
  readonly protectedOnly: boolean;
}

/** How many projects a page of an account's has. */
export const MEMBERSHIPS_PER_PAGE = 100;

/**
 * What the check asks of GitLab as one account: it only reads, but for test deliveries where they are wanted. Calls fail with a `Failure`; a thing that is not there
 * is `undefined`, not a failure.
 */
export interface CheckedGitLab
  extends Omit<ProjectReading, 'accessLevelOf'>,
    Pick<Webhooks, 'hooks' | 'deliveries' | 'test'> {
  account(): Promise<TokenAccount>;
  /** `undefined`: a token of a kind of which GitLab tells nothing. */
  token(): Promise<TokenFacts | undefined>;
  userId(username: string): Promise<number | undefined>;
  /** Highest role, through groups too; `undefined`: no member. */
  memberLevel(projectId: number, userId: number): Promise<number | undefined>;
  /** Full paths of projects that the account is a member of, archived ones aside; the first page is 1. */
  memberProjects(page: number): Promise<readonly string[]>;
  protectedBranches(projectId: number): Promise<readonly ProtectedBranch[]>;
  pushRule(projectId: number): Promise<PushRule | undefined>;
  /** For Maintainers. */
  variables(projectId: number): Promise<readonly CiVariable[]>;
  /** For Maintainers. All that a project can use. */
  runners(projectId: number): Promise<readonly ListedRunner[]>;
  runner(id: number): Promise<RunnerDetails>;
}

/** What is at GitLab's address. */
export type Reach =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Whether it is one of an API, not a web page. */
      readonly isJson: boolean;
      /** Where a redirect leads. */
      readonly location: string | undefined;
      /** Milliseconds by which GitLab's clock is ahead of ours, known to a second; `undefined`: it does not tell. */
      readonly clockAhead: number | undefined;
    }
  /** Why there is no answer: the system's code, such as `ECONNREFUSED`, and its words. */
  | { readonly kind: 'silence'; readonly code: string; readonly detail: string }
  /** Nothing can be sent at all: a setting of ours is wrong. */
  | { readonly kind: 'unasked'; readonly reason: string; readonly hint: string };

/** What is known of the queue's home. */
export type QueueState =
  | { readonly kind: 'open'; readonly warnings: readonly string[] }
  | { readonly kind: 'closed'; readonly reason: string; readonly hint: string | undefined };
