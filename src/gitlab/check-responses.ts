import { z } from 'zod';
import { Id, text } from './fields.ts';
import { UserAnswer } from './responses.ts';

/** `is_admin` is shown to administrators only. */
export const CheckedUserAnswer = UserAnswer.extend({ is_admin: z.boolean().nullish() });

export const CheckedTokenAnswer = z.object({ scopes: z.array(z.string()).nullish(), expires_at: text });

export const PathsAnswer = z.array(z.object({ path_with_namespace: z.string() }));

export const ProtectedBranchesAnswer = z.array(
  z.object({
    name: z.string(),
    push_access_levels: z
      .array(
        z.object({
          access_level: z.number().nullish(),
          user_id: Id.nullish(),
          group_id: Id.nullish(),
          deploy_key_id: Id.nullish(),
        }),
      )
      .nullish(),
  }),
);

export const PushRuleAnswer = z.object({
  branch_name_regex: text,
  reject_unsigned_commits: z.boolean().nullish(),
  commit_committer_check: z.boolean().nullish(),
});

/** The values, which GitLab sends along, are left out here and get no further. */
export const VariablesAnswer = z.array(
  z.object({
    key: z.string(),
    masked: z.boolean().nullish(),
    protected: z.boolean().nullish(),
    environment_scope: text,
  }),
);

export const RunnersAnswer = z.array(
  z.object({
    id: Id,
    description: text,
    online: z.boolean().nullish(),
    status: text,
    paused: z.boolean().nullish(),
  }),
);

export const RunnerAnswer = z.object({
  tag_list: z.array(z.string()).nullish(),
  run_untagged: z.boolean().nullish(),
  access_level: text,
});
