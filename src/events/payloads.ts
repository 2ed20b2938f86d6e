import { z } from 'zod';

/*
 * Only the fields that are read, each as lenient as GitLab 8 to 19 are different: what is null or has another
 * type counts as absent, and only what nothing can be done without makes a payload unreadable.
 */

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

const Change = z.object({ previous: Users, current: Users });
/** `{previous, current}` in GitLab's code, `[[…], […]]` in its documentation. */
const Changed = maybe(
  z.preprocess((value) => (Array.isArray(value) ? { previous: value[0], current: value[1] } : value), Change),
);
const Changes = maybe(z.object({ assignees: Changed, reviewers: Changed }));

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
    created_at: text,
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
  changes: Changes,
};
const Times = { action: text, created_at: text, updated_at: text };

export const IssuePayload = z.object({
  ...ItemBase,
  object_attributes: z.object({ ...IssueFields, ...Times, project_id: maybe(Id) }),
});
export type IssuePayload = z.output<typeof IssuePayload>;

export const MergeRequestPayload = z.object({
  ...ItemBase,
  reviewers: maybe(z.array(UserPayload.extend({ re_requested: maybe(z.boolean()) }))),
  object_attributes: z.object({ ...MergeRequestFields, ...Times, target_project_id: maybe(Id) }),
});
export type MergeRequestPayload = z.output<typeof MergeRequestPayload>;

export const PipelinePayload = z.object({
  object_attributes: z.object({ id: Id, ref: z.string(), status: z.string() }),
});
