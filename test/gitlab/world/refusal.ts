/** Why GitLab says no. The HTTP side maps each kind to its status. */
export type RefusalKind =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'not_allowed'
  | 'conflict'
  | 'unprocessable';

/**
 * A request that GitLab's rules turn down. `content` is what GitLab puts under `message`:
 * a sentence, a list, or an object of lists by field.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly content: unknown;

  constructor(kind: RefusalKind, content: unknown) {
    super(typeof content === 'string' ? content : JSON.stringify(content));
    this.name = 'Refusal';
    this.kind = kind;
    this.content = content;
  }
}

/** `404 <what> Not Found`, the text of GitLab's `not_found!`. */
export function notFound(what?: string): Refusal {
  return new Refusal('not_found', what === undefined ? '404 Not found' : `404 ${what} Not Found`);
}

/** `403 Forbidden`, with a reason where GitLab gives one. */
export function forbidden(reason?: string): Refusal {
  return new Refusal('forbidden', reason === undefined ? '403 Forbidden' : `403 Forbidden - ${reason}`);
}

/** `400 Bad request - …`, the text of GitLab's `bad_request!`. */
export function badRequest(reason: string): Refusal {
  return new Refusal('bad_request', `400 Bad request - ${reason}`);
}
