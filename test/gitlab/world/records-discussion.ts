import type { CommitInfo } from './records-project.ts';

/** An issue or another work item of a project. */
export interface Issue {
  readonly kind: 'issue';
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly issueType: 'issue' | 'incident' | 'test_case' | 'requirement' | 'task' | 'ticket';
  readonly title: string;
  readonly description: string | null;
  readonly state: 'opened' | 'closed';
  readonly confidential: boolean;
  readonly discussionLocked: boolean;
  readonly authorId: number;
  readonly assigneeIds: readonly number[];
  readonly labelIds: readonly number[];
  readonly dueDate: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly updatedById: number | null;
  readonly lastEditedAt: Date | null;
  readonly lastEditedById: number | null;
  readonly closedAt: Date | null;
  readonly closedById: number | null;
}

export interface DiffRefs {
  readonly baseSha: string;
  readonly headSha: string;
  readonly startSha: string;
}

/** A reviewer and how far they got. */
export interface Reviewer {
  readonly userId: number;
  readonly state:
    | 'unreviewed'
    | 'review_started'
    | 'reviewed'
    | 'requested_changes'
    | 'approved'
    | 'unapproved';
  readonly createdAt: Date;
}

export interface MergeRequest {
  readonly kind: 'merge_request';
  readonly id: number;
  readonly iid: number;
  /** The target project, to which the iid belongs. */
  readonly projectId: number;
  readonly sourceProjectId: number;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly title: string;
  readonly description: string | null;
  readonly state: 'opened' | 'closed' | 'merged' | 'locked';
  readonly discussionLocked: boolean;
  readonly authorId: number;
  readonly assigneeIds: readonly number[];
  readonly reviewers: readonly Reviewer[];
  readonly labelIds: readonly number[];
  readonly sha: string;
  readonly lastCommit: CommitInfo;
  readonly diffRefs: DiffRefs;
  readonly removeSourceBranch: boolean;
  readonly squash: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly updatedById: number | null;
  readonly lastEditedAt: Date | null;
  readonly lastEditedById: number | null;
  readonly closedAt: Date | null;
  readonly closedById: number | null;
  readonly mergedAt: Date | null;
  readonly mergedById: number | null;
  readonly mergeCommitSha: string | null;
}

/** What can be commented on. */
export type Noteable = Issue | MergeRequest;

/** Where a diff note sits. */
export interface Position {
  readonly baseSha: string;
  readonly startSha: string;
  readonly headSha: string;
  readonly positionType: 'text' | 'image' | 'file';
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly oldLine: number | null;
  readonly newLine: number | null;
}

export interface Note {
  readonly id: number;
  readonly discussionId: string;
  readonly noteable: { readonly kind: Noteable['kind']; readonly id: number };
  readonly projectId: number;
  /** `null` is a comment of its own, which becomes a thread with the first reply. */
  readonly type: null | 'DiscussionNote' | 'DiffNote';
  readonly body: string;
  readonly authorId: number;
  readonly internal: boolean;
  readonly system: boolean;
  readonly position: Position | null;
  readonly resolvedById: number | null;
  readonly resolvedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly updatedById: number | null;
}

export interface Award {
  readonly id: number;
  readonly name: string;
  readonly userId: number;
  readonly projectId: number;
  readonly awardable: { readonly kind: Noteable['kind'] | 'note'; readonly id: number };
  readonly createdAt: Date;
}
