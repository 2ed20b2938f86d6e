import { z } from 'zod';

/*
 * Only the fields that are read, each as lenient as GitLab 8 to 19 are different: what is null or has another
 * type counts as absent, and only what nothing can be done without makes a payload unreadable.
 */

/** A field that counts as absent where it is null or of another type. */
function maybe<T extends z.ZodType>(type: T) {
  return z.preprocess((value) => value ?? undefined, type.optional()).catch(undefined as never);
}

const Id = z.number().int().nonnegative();
const text = maybe(z.string());

const UserPayload = z.object({ id: maybe(Id), username: z.string().min(1).max(255), name: text });
export type UserPayload = z.output<typeof UserPayload>;

const Users = maybe(z.array(UserPayload));

const ProjectPayload = z.object({
  id: maybe(Id),
  path_with_namespace: z.string().min(1).max(1000),
  web_url: text,
  default_branch: text,
});
export type ProjectPayload = z.output<typeof ProjectPayload>;

const IssueFields = {
  iid: Id,
  title: text,
  url: text,
  confidential: maybe(z.boolean()),
};
const MergeRequestFields = {
  iid: Id,
  title: text,
  url: text,
  source_branch: z.string().min(1),
  target_branch: z.string().min(1),
  source_project_id: maybe(Id),
};
export type IssueFields = z.output<z.ZodObject<typeof IssueFields>>;
export type MergeRequestFields = z.output<z.ZodObject<typeof MergeRequestFields>>;

/** `{previous, current}` in GitLab's code, `[[…], […]]` in its documentation. */
function changed<T extends z.ZodType>(type: T) {
  const pair = z.object({ previous: maybe(type), current: maybe(type) });
  return maybe(
    z.preprocess((value) => (Array.isArray(value) ? { previous: value[0], current: value[1] } : value), pair),
  );
}

const Labels = maybe(z.array(z.object({ title: z.string() })));
const Changes = maybe(
  z.object({
    assignees: changed(Users),
    reviewers: changed(Users),
    labels: changed(Labels),
    description: changed(z.string()),
    draft: changed(z.boolean()),
    /** What `draft` was called before GitLab 14. */
    work_in_progress: changed(z.boolean()),
    status: changed(z.object({ name: z.string() })),
  }),
);

export const NotePayload = z.object({
  event_type: text,
  user: UserPayload,
  project_id: maybe(Id),
  project: ProjectPayload,
  object_attributes: z.object({
    id: Id,
    note: z.string(),
    noteable_type: text,
    author_id: maybe(Id),
    discussion_id: text,
    /** `DiscussionNote`, `DiffNote` or the like in a thread, `null` outside of any; some payloads lack it. */
    type: z.string().nullish().catch(undefined),
    created_at: text,
    updated_at: text,
    updated_by_id: maybe(Id),
    system: maybe(z.boolean()),
    internal: maybe(z.boolean()),
    /** Absent before GitLab 16: then the note is new. */
    action: text,
    url: text,
  }),
  issue: maybe(z.object(IssueFields)),
  merge_request: maybe(z.object(MergeRequestFields)),
});
export type NotePayload = z.output<typeof NotePayload>;

const ItemBase = {
  event_type: text,
  user: UserPayload,
  project: ProjectPayload,
  assignees: Users,
  labels: Labels,
  changes: Changes,
};
const Times = { action: text, description: text, created_at: text, updated_at: text };

export const IssuePayload = z.object({
  ...ItemBase,
  object_attributes: z.object({ ...IssueFields, ...Times, project_id: maybe(Id) }),
});
export type IssuePayload = z.output<typeof IssuePayload>;

export const MergeRequestPayload = z.object({
  ...ItemBase,
  reviewers: maybe(z.array(UserPayload.extend({ re_requested: maybe(z.boolean()) }))),
  object_attributes: z.object({
    ...MergeRequestFields,
    ...Times,
    target_project_id: maybe(Id),
    /** GitLab 15.6 and newer; before that there is only `merge_status`. */
    detailed_merge_status: text,
    merge_status: text,
    last_commit: maybe(z.object({ id: z.string() })),
  }),
});
export type MergeRequestPayload = z.output<typeof MergeRequestPayload>;

export const PipelinePayload = z.object({
  user: maybe(UserPayload),
  project: maybe(ProjectPayload),
  merge_request: maybe(z.object(MergeRequestFields)),
  object_attributes: z.object({
    id: Id,
    ref: z.string(),
    status: z.string(),
    created_at: text,
    finished_at: text,
    variables: maybe(z.array(z.object({ key: z.string(), value: text }))),
  }),
});
export type PipelinePayload = z.output<typeof PipelinePayload>;

export const PushPayload = z.object({
  ref: z.string(),
  after: z.string(),
  user_id: maybe(Id),
  user_username: z.string().min(1).max(255),
  user_name: text,
  project_id: maybe(Id),
  project: ProjectPayload,
});
export type PushPayload = z.output<typeof PushPayload>;

export const EmojiPayload = z.object({
  event_type: text,
  user: UserPayload,
  project_id: maybe(Id),
  project: ProjectPayload,
  object_attributes: z.object({
    id: maybe(Id),
    name: z.string(),
    awardable_type: text,
    created_at: text,
    action: text,
  }),
  note: maybe(z.object({ id: Id, note: text, internal: maybe(z.boolean()) })),
  issue: maybe(z.object(IssueFields)),
  merge_request: maybe(z.object(MergeRequestFields)),
});
export type EmojiPayload = z.output<typeof EmojiPayload>;
