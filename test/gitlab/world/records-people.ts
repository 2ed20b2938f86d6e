/** A person, a bot or a service account. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  /** Shown to others and in webhooks; `null` hides it, as GitLab does by default. */
  readonly publicEmail: string | null;
  /** True for project bots and service accounts (`GET /users/:id` says so). */
  readonly bot: boolean;
  readonly admin: boolean;
  readonly state: 'active' | 'blocked';
  readonly createdAt: Date;
}

/** An access token of a user; `job` tokens belong to a running job and can do little. */
export interface Token {
  readonly id: number;
  readonly kind: 'personal' | 'job';
  readonly userId: number;
  readonly name: string;
  readonly value: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revoked: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** Set for job tokens. */
  readonly jobId: number | null;
}

/** An OAuth application. */
export interface Application {
  readonly id: number;
  readonly name: string;
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUris: readonly string[];
  /** Those that it may ask for. */
  readonly scopes: readonly string[];
  readonly confidential: boolean;
}

/** A group, addressed by its full path (`acme/tools`); a user's own namespace is one too. */
export interface Group {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly kind: 'group' | 'user';
}

/** A membership in a group or in a project. */
export interface Member {
  readonly userId: number;
  readonly sourceKind: 'group' | 'project';
  readonly sourceId: number;
  readonly accessLevel: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** A To-Do item, made by a mention, an assignment or a review request. */
export interface Todo {
  readonly id: number;
  readonly userId: number;
  readonly authorId: number;
  readonly projectId: number;
  readonly action:
    | 'assigned'
    | 'mentioned'
    | 'directly_addressed'
    | 'review_requested'
    | 'build_failed'
    | 'marked';
  readonly target: { readonly kind: 'issue' | 'merge_request'; readonly id: number };
  readonly noteId: number | null;
  readonly body: string;
  readonly state: 'pending' | 'done';
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
