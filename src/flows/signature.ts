import { sign } from 'node:crypto';
import type { Secret } from '../lib/secret.ts';
import { readSigningKey } from '../lib/signing-key.ts';

/** Seconds within which GitLab has to make the pipeline: a slow answer, and clocks that differ by some minutes. */
const SECONDS_TO_START = 600;

/** With what a run's hand-over is signed, and for which pipeline alone it then holds. */
export interface Signing {
  readonly key: Secret;
  readonly projectId: number;
  readonly branch: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the job of the template acts on before its script, in the order in which it is signed. */
const SIGNED = [
  'AI_FLOW_AGENT',
  'AI_FLOW_IMAGE',
  'AI_FLOW_AUD_1',
  'AI_FLOW_AUD_2',
  'AI_FLOW_AUD_3',
  'AI_FLOW_CACHE_KEY',
];

/**
 * The value of `AI_FLOW_SIGNATURE`: the second since the epoch until which GitLab may make the pipeline, a dot, and
 * an ECDSA signature (SHA-256, DER) in Base64. The job compares the first with the time at which its pipeline was
 * made, which stays what it was however long the job waits for a runner and whenever somebody retries it.
 *
 * What is signed is one line each, then the script, byte for byte, which has all other values in it. No value can
 * have a line break, neither here nor in the job, so that none can pass for two.
 */
export function signatureOf(
  told: ReadonlyMap<string, string>,
  script: string,
  { key, projectId, branch, now }: Signing,
): string {
  const until = Math.floor(now / 1000) + SECONDS_TO_START;
  // The job has this where nothing was sent, if it is the one that has these variables at all.
  const absent = told.has('AI_FLOW_EXTENDED') ? 'unused' : '';
  const lines = [until, projectId, branch, ...SIGNED.map((name) => told.get(name) ?? absent)];
  const privateKey = readSigningKey(key.reveal());
  if (privateKey === undefined) throw new Error('the config lets no other than a P-256 key pass');
  const text = `${lines.join('\n')}\n${script}`;
  return `${until}.${sign('sha256', Buffer.from(text), privateKey).toString('base64')}`;
}
