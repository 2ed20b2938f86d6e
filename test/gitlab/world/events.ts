import type { Award, Issue, MergeRequest, Note } from './records-discussion.ts';
import type { CommitInfo, Pipeline } from './records-project.ts';

/** Something that happened and that a webhook may tell about. */
export type DomainEvent =
  | { readonly type: 'note'; readonly action: 'create' | 'update'; readonly note: Note }
  | {
      readonly type: 'issue';
      readonly action: 'open' | 'update' | 'close' | 'reopen';
      readonly issue: Issue;
      readonly previous: Issue | undefined;
      readonly userId: number;
    }
  | {
      readonly type: 'merge_request';
      readonly action: MergeRequestAction;
      readonly mergeRequest: MergeRequest;
      readonly previous: MergeRequest | undefined;
      readonly userId: number;
      /** The head before a push. */
      readonly oldrev?: string;
      /** The reviewer who was asked again. */
      readonly reRequestedId?: number;
    }
  | { readonly type: 'pipeline'; readonly pipeline: Pipeline }
  | { readonly type: 'emoji'; readonly action: 'award' | 'revoke'; readonly award: Award }
  | PushEvent;

/** The `action` of a merge request webhook. */
export type MergeRequestAction =
  | 'open'
  | 'update'
  | 'close'
  | 'reopen'
  | 'merge'
  | 'approval'
  | 'approved'
  | 'unapproval'
  | 'unapproved';

/** Commits that arrived on a branch; `before` or `after` is all zeros where the branch came or went. */
export interface PushEvent {
  readonly type: 'push';
  readonly projectId: number;
  readonly userId: number;
  /** `refs/heads/…` */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  /** Oldest first, at most the newest twenty. */
  readonly commits: readonly CommitInfo[];
  readonly totalCommits: number;
}

/** What Git calls no commit. */
export const noCommit = '0'.repeat(40);
