/** The words that GitLab's paths are made of, as far as we use them; all else in a path is somebody's data. */
const WORDS = new Set(
  'projects groups issues merge_requests discussions notes repository branches files raw pipeline pipelines cancel jobs members all users user diffs ci lint commits metadata compare trace award_emoji hooks events resend test todos mark_as_done personal_access_tokens self protected_branches push_rule variables runners'.split(
    ' ',
  ),
);

/**
 * Names what a request is for, such as `POST projects/:id/pipeline`, for metrics and messages: without ids and
 * names, so that there are few of them and nothing of a project shows.
 */
export function operationOf(method: string, endpoint: string): string {
  const path = endpoint.split('/').filter((segment) => segment !== '');
  return `${method} ${path.map((segment) => (WORDS.has(segment) ? segment : ':id')).join('/')}`;
}
