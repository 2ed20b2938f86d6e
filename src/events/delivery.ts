/** One webhook request from GitLab, its secret already checked. */
export interface Delivery {
  /** `X-Gitlab-Event`, e.g. `Note Hook`; system hooks always say `System Hook`. */
  readonly event: string | undefined;
  /** The body as parsed from JSON, not looked at yet. */
  readonly payload: unknown;
}
