/** What a trigger says to an event, with one sentence of why. Shown in GitLab, in logs and by `simulate`. */
export interface Verdict {
  readonly trigger: string;
  readonly matched: boolean;
  readonly reason: string;
}
