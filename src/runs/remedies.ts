import { Failure } from './failures.ts';

const NO_VARIABLES = /insufficient permissions to set pipeline variables/i;

/**
 * What GitLab says when it will not make the workload branch or start a pipeline on it, and what a person can do
 * about it. GitLab's texts, 17 to 19: `app/models/concerns/ci/has_completion_reason.rb`,
 * `lib/gitlab/ci/pipeline/chain`, `lib/gitlab/checks/branch_check.rb` and, for push rules, the same below `ee`.
 */
const REMEDIES: readonly { readonly pattern: RegExp; readonly remedy: string }[] = [
  {
    pattern: NO_VARIABLES,
    remedy:
      'In the project under Settings > CI/CD > Variables, set "Minimum role to use pipeline variables" to Developer, or have its CI configuration take inputs instead: `beckon ci` says how.',
  },
  {
    pattern: /inputs? not defined in the|unknown input|inputs? provided.*not|`ai_flow_/i,
    remedy: 'The CI configuration of this branch does not take the inputs of an agent: `beckon ci` says how.',
  },
  {
    pattern: /insufficient permissions to create a new pipeline/i,
    remedy: 'The service account needs the Developer role in this project.',
  },
  {
    pattern:
      /sufficient permission to run a pipeline on|not allowed to (create|push code to) protected branches/i,
    remedy:
      'A protected branch rule covers workloads/* (Settings > Repository > Protected branches): let Developers, or the service account, push and merge there, or make a rule of its own for workloads/*.',
  },
  {
    pattern: /branch name .*does not follow the pattern/i,
    remedy:
      'A push rule of the project says how branches must be called (Settings > Repository > Push rules > Branch name): let its expression allow workloads/ as well, as in `^(workloads/.+|…)$`.',
  },
  {
    pattern: /conflicts with existing branch hierarchy/i,
    remedy:
      'The project has a branch that is called workloads, so Git can have none below workloads/: rename or delete it.',
  },
  {
    pattern: /not allowed to push code to this project/i,
    remedy: 'The service account needs the Developer role in this project.',
  },
  {
    pattern: /missing ci config file/i,
    remedy: 'The project has no .gitlab-ci.yml on this branch. Add one that includes the external-agent job.',
  },
  {
    pattern:
      /would have been empty|no stages \/ jobs|rules configuration prevented|filtered out by workflow|did not run.*workflow/i,
    remedy:
      'The CI configuration of this branch has no job for the agent. Include the external-agent job, and see that workflow:rules let it through.',
  },
  {
    pattern: /invalid reference name/i,
    remedy: 'The branch or commit that the work should start from is not in the repository of this project.',
  },
  {
    pattern: /reference not found|commit not found/i,
    remedy: 'The branch is gone, or GitLab cannot see it yet. Try again.',
  },
  {
    pattern: /pipelines are disabled/i,
    remedy: 'Turn CI/CD on for this project.',
  },
];

/** GitLab refuses these with 400 or 403, and they pass by themselves all the same. */
const PASSING = /too many pipelines created|retry later|reference not found/i;

/** Whether a refusal of GitLab's can be tried again as it is. */
export function isPassingRefusal(detail: string): boolean {
  return PASSING.test(detail);
}

/** Whether the project lets nobody of the account's role set variables of a pipeline. */
export function forbidsVariables(error: unknown): error is Failure {
  return error instanceof Failure && NO_VARIABLES.test(error.detail);
}

/** An error as a person in the thread needs it: what GitLab said, and what to do. */
export function explainToPeople(error: unknown): string {
  if (!(error instanceof Failure)) return 'an error inside Beckon. Its log says more.';
  const remedy = REMEDIES.find(({ pattern }) => pattern.test(error.detail))?.remedy;
  if (remedy !== undefined) return `${error.detail} ${remedy}`;
  switch (error.kind) {
    case 'permission':
      return error.status === 401
        ? 'GitLab does not accept the token of the service account. It may have expired or been revoked.'
        : `${error.detail} The service account may lack a role in this project: it needs Developer.`;
    case 'transient':
    case 'rate_limit':
      return `GitLab could not be reached for a while (${error.detail}). Try again later.`;
    case 'gone':
    case 'refused':
      return error.detail;
    default:
      return error.kind satisfies never;
  }
}
