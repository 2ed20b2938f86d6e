import { z } from 'zod';
import { Id, text } from './fields.ts';

/*
 * What is read of GitLab's answers, and nothing more. GitLab's own description of its API makes nearly every
 * field nullable; required here is what a step cannot go on without.
 */

export const UserAnswer = z.object({
  id: Id,
  username: z.string(),
  name: text,
  state: text,
  bot: z.boolean().nullish(),
});

export const AccountAnswer = UserAnswer.extend({ commit_email: text, email: text });

/** `state` is the account's; that of the membership is `awaiting` while somebody still has to approve it. */
export const MemberAnswer = z.object({
  access_level: z.number(),
  username: z.string(),
  state: text,
  membership_state: text,
  expires_at: text,
});

export const NoteAnswer = z.object({ id: Id });

export const CommentAnswer = z.object({
  id: Id,
  body: text,
  author: z.object({ id: Id, username: z.string() }).nullish(),
  created_at: text,
  system: z.boolean().nullish(),
  /** Before GitLab 15.5 this is called `confidential`. */
  internal: z.boolean().nullish(),
  confidential: z.boolean().nullish(),
  resolvable: z.boolean().nullish(),
  resolved: z.boolean().nullish(),
  position: z
    .object({
      new_path: text,
      old_path: text,
      new_line: z.number().nullish(),
      old_line: z.number().nullish(),
    })
    .nullish(),
});
export const CommentsAnswer = z.array(CommentAnswer);

export const WrittenNoteAnswer = z.object({
  project_id: Id.nullish(),
  note: z
    .object({ id: Id, body: text, noteable_type: text, noteable_iid: Id.nullish(), created_at: text })
    .nullish(),
});
export const WrittenNotesAnswer = z.array(WrittenNoteAnswer);

export const AwardsAnswer = z.array(
  z.object({ id: Id, name: z.string(), user: z.object({ id: Id }).nullish() }),
);

export const DiscussionAnswer = z.object({ id: z.string(), notes: z.array(NoteAnswer).min(1) });
export const ThreadAnswer = z.object({ id: z.string(), notes: CommentsAnswer });
export const ThreadsAnswer = z.array(ThreadAnswer);
export const DiscussionsAnswer = z.array(z.object({ id: z.string(), notes: z.array(NoteAnswer).nullish() }));

export const DefaultBranchAnswer = z.object({ default_branch: text });
export const ProjectAnswer = DefaultBranchAnswer.extend({
  id: Id,
  path_with_namespace: z.string(),
  web_url: text,
});

export const ProjectStateAnswer = z.object({
  archived: z.boolean().nullish(),
  visibility: text,
  builds_access_level: text,
  public_jobs: z.boolean().nullish(),
});

export const BranchAnswer = z.object({ commit: z.object({ id: z.string() }) });

export const PipelineAnswer = z.object({
  id: Id,
  web_url: z.string(),
  status: z.string(),
  created_at: text,
});
export const PipelinesAnswer = z.array(PipelineAnswer);

export const JobsAnswer = z.array(
  z.object({ id: Id, name: z.string(), status: z.string(), web_url: text, failure_reason: text }),
);

export const MergeRequestAnswer = z
  .object({ iid: Id, web_url: z.string(), state: z.string() })
  .transform(({ iid, web_url: url, state }) => ({ iid, url, state }));
export const MergeRequestsAnswer = z.array(MergeRequestAnswer);

export const DiffsAnswer = z.array(
  z.object({
    old_path: z.string(),
    new_path: z.string(),
    diff: z.string().nullish(),
    generated_file: z.boolean().nullish(),
  }),
);

export const CompareAnswer = z.object({
  /** Always there, and `null` where no commit lies between: without it nobody could tell. */
  commit: z.object({ id: z.string() }).nullable(),
  diffs: z
    .array(
      z.object({
        diff: z.string().nullish(),
        too_large: z.boolean().nullish(),
        collapsed: z.boolean().nullish(),
      }),
    )
    .nullish(),
  compare_timeout: z.boolean().nullish(),
});

export const ResourceAnswer = z.record(z.string(), z.unknown());

export const MetadataAnswer = z.object({ version: z.string() });

/** The settings below `merge_requests_enabled` are shown to Maintainers only. */
/** Of an empty repository too GitLab tells a default branch: the one that the first commit would make. */
export const SettingsAnswer = ProjectAnswer.extend({
  empty_repo: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  jobs_enabled: z.boolean().nullish(),
  merge_requests_enabled: z.boolean().nullish(),
  ci_config_path: text,
  ci_pipeline_variables_minimum_override_role: z
    .enum(['no_one_allowed', 'developer', 'maintainer', 'owner'])
    .nullish(),
});

export const BranchHeadAnswer = z.object({ commit: z.object({ message: text }) });

export const LintAnswer = z.object({
  valid: z.boolean(),
  errors: z.array(z.string()).nullish(),
  merged_yaml: text,
  jobs: z.array(z.object({ name: z.string() })).nullish(),
});
