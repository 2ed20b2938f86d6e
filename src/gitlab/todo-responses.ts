import { z } from 'zod';
import { Id, text } from './fields.ts';
import { CommentAnswer } from './responses.ts';

const Caller = z
  .object({ id: Id, username: z.string(), name: text })
  .transform(({ name, ...user }) => ({ ...user, name: name ?? user.username }));
const Callers = z.array(Caller).nullish();

/** Each item is read by itself: an account has To-Do items of many kinds. */
export const TodosAnswer = z.array(z.unknown());

/** A To-Do item of the kinds that call on its owner. GitLab keeps all fields of the issue or merge request in it. */
export const TodoAnswer = z.object({
  id: Id,
  action_name: z.enum(['mentioned', 'directly_addressed', 'assigned', 'review_requested']),
  project: z.object({ path_with_namespace: z.string() }),
  author: Caller,
  target_type: z.enum(['Issue', 'WorkItem', 'MergeRequest']),
  target: z.looseObject({
    iid: Id,
    web_url: z.string(),
    state: text,
    description: text,
    confidential: z.boolean().nullish(),
    updated_at: z.string(),
    closed_at: text,
    merged_at: text,
    labels: z.array(z.string()).nullish(),
    assignees: Callers,
    reviewers: Callers,
  }),
  target_url: z.string(),
  created_at: z.string(),
});

export const TodoCommentsAnswer = z.array(
  z.object({
    id: z.string(),
    notes: z.array(
      CommentAnswer.extend({
        author: Caller.nullish(),
        type: z.string().nullish(),
        created_at: z.string(),
        updated_at: text,
      }),
    ),
  }),
);
