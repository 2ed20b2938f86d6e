/** Kinds of failure by what to do about them. */
export type FailureKind =
  /** Passes by itself: a network fault, a time-out, GitLab overloaded or restarting. */
  | 'transient'
  /** Passes after a time that GitLab mostly names. */
  | 'rate_limit'
  /** Somebody has to change a token, a role or a setting. */
  | 'permission'
  /** What was acted on is not there any more. */
  | 'gone'
  /** GitLab refused the request itself. */
  | 'refused';

/** Work on a run ended without a result: the process died, or our own code threw where no step could catch it. */
export class Interruption extends Error {
  constructor() {
    super('the work was cut off');
    this.name = 'Interruption';
  }
}

/**
 * A request to GitLab that did not do what it should. Says what was being done and what GitLab answered; holds
 * neither the request nor a token.
 */
export class Failure extends Error {
  readonly kind: FailureKind;
  /** HTTP status; `undefined` where there was no answer. */
  readonly status: number | undefined;
  /** Milliseconds that GitLab asked to wait. */
  readonly retryAfter: number | undefined;
  /** GitLab's own words. */
  readonly detail: string;

  constructor(
    doing: string,
    failure: {
      kind: FailureKind;
      detail: string;
      status?: number | undefined;
      retryAfter?: number | undefined;
    },
  ) {
    super(`${doing}: ${failure.detail}`);
    this.name = 'Failure';
    this.kind = failure.kind;
    this.status = failure.status;
    this.retryAfter = failure.retryAfter;
    this.detail = failure.detail;
  }
}
