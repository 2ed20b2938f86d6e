import { inspect } from 'node:util';

const MASK = '[secret]';

/**
 * Holds a token or password so that it cannot be printed by accident: string conversion, JSON and
 * `util.inspect` all show a mask. Only {@link Secret.reveal} gives the value, at the place that needs it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
