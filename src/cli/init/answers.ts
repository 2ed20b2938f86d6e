import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BeckonError } from '../../lib/errors.ts';
import { Secret } from '../../lib/secret.ts';

/** Where a secret comes from. The config names the place and never holds the secret. */
export type SecretSource =
  | { readonly kind: 'env'; readonly name: string }
  /** Absolute path of a file that is there. */
  | { readonly kind: 'file'; readonly path: string }
  /** Typed just now: it goes into a file that only its owner can read. */
  | { readonly kind: 'typed'; readonly secret: Secret };

/** All that a first config takes. */
export interface Answers {
  /** Base address of GitLab. */
  readonly gitlab: string;
  /** Absolute path. */
  readonly caFile: string | undefined;
  /** Base address at which GitLab reaches Beckon. */
  readonly publicUrl: string;
  /** One of the flows that come along. */
  readonly flow: string;
  readonly agent: string;
  /** Username of the agent's account. */
  readonly account: string;
  readonly token: SecretSource;
  /** Whether Beckon signs what its runs hand over, with a key that is made for it. */
  readonly signs: boolean;
  /** Of a Maintainer, for the commands that set projects up. */
  readonly operatorToken: SecretSource | undefined;
  /** Full paths and globs. */
  readonly projects: readonly string[];
  /** A plain address has no password in it. */
  readonly queue:
    | { readonly kind: 'embedded' }
    | { readonly kind: 'plain'; readonly url: string }
    | SecretSource;
}

/** What is wrong with a text for {@link readSource}, or `undefined`. Never repeats the text, which may be a secret. */
export function sourceFault(text: string): string | undefined {
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(text) || /^file:.+/.test(text)) return undefined;
  return 'takes env:NAME or file:PATH. What stands in a command line can be read by others on this machine';
}

/** Reads `env:NAME` or `file:PATH`. @throws {BeckonError} `secret_source` */
export function readSource(text: string, option: string): SecretSource {
  const fault = sourceFault(text);
  if (fault !== undefined) throw new BeckonError('secret_source', `${option} ${fault}.`);
  const value = text.slice(text.indexOf(':') + 1);
  return text.startsWith('env:') ? { kind: 'env', name: value } : { kind: 'file', path: resolve(value) };
}

/** The content of a place of a secret; `undefined` where it is not there yet. */
export function secretAt(source: SecretSource, env: NodeJS.ProcessEnv): Secret | undefined {
  if (source.kind === 'typed') return source.secret;
  const value =
    source.kind === 'env'
      ? env[source.name]
      : existsSync(source.path)
        ? readFileSync(source.path, 'utf8').trim()
        : undefined;
  return value === undefined ? undefined : new Secret(value);
}

/** Whether the address of a queue holds a password. */
export function hasPassword(url: string): boolean {
  return URL.canParse(url) && new URL(url).password !== '';
}
