/** The status of an answer to each error that a person can do something about. */
const STATUS: Readonly<Record<string, number>> = {
  run_unknown: 404,
  run_ambiguous: 409,
  run_not_over: 409,
  not_allowed: 403,
  sign_in_denied: 403,
  sign_in_lost: 400,
  agent_unknown: 422,
  user_unknown: 422,
  key_reused: 422,
  project_unknown: 404,
  item_unknown: 404,
  gitlab_refused: 502,
  queue_unavailable: 503,
  gitlab_unavailable: 503,
  oauth_application: 502,
};

/** The HTTP status of an answer to an error by its code; 500 for one that nobody outside can do anything about. */
export function statusOf(code: string): number {
  return STATUS[code] ?? 500;
}
