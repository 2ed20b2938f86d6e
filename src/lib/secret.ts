import { inspect } from 'node:util';

const MASK = '[secret]';

/** A shorter one may be a word of any text. */
const SHORTEST = 8;
/** The values of all that there were. Nothing is gained by forgetting one: it may be valid elsewhere. */
const known = new Set<string>();
/** What {@link hideSecrets} looks for; made when it is needed, as secrets come together. */
let pattern: RegExp | undefined;

/** User and password of an address, which is a secret as a whole and may be told of in parts. */
const CREDENTIALS = /(?<=\/\/)[^\s/@:"'<>]{0,500}:[^\s/@"'<>]{1,500}(?=@)/g;

/**
 * Holds a token or password so that it cannot be printed by accident: string conversion, JSON and
 * `util.inspect` all show a mask. Only {@link Secret.reveal} gives the value, at the place that needs it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    if (value.length >= SHORTEST && !known.has(value)) {
      known.add(value);
      pattern = undefined;
    }
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

/**
 * A text with a mask in place of every secret that was ever held, as it is and as JSON and addresses have it, and of the
 * users and passwords of addresses. For the ends of the process, where the words of others go out: GitLab, a proxy or a
 * driver may repeat what it was sent.
 */
export function hideSecrets(text: string): string {
  pattern ??= new RegExp(
    [...known]
      .flatMap((value) => [value, JSON.stringify(value).slice(1, -1), inAddress(value)])
      .sort((one, other) => other.length - one.length)
      .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('|') || '(?!)',
    'g',
  );
  return text.replace(pattern, MASK).replace(CREDENTIALS, MASK);
}

/** As addresses have it. What is no character of Unicode has no form there. */
function inAddress(value: string): string {
  return encodeURIComponent(Buffer.from(value).toString());
}
