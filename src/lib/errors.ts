/**
 * An error that a person is meant to read: a stable `code`, a message that says what was being done and what
 * stopped it, and, where somebody can act, a `hint` that says what to do. Never holds the value of a secret.
 */
export class BeckonError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BeckonError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of whatever was thrown, without stack or inspected properties (those may hold requests). */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
