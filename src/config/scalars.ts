import { z } from 'zod';
import { addressFault } from '../lib/addresses.ts';
import { DURATION, parseDuration } from '../lib/duration.ts';
import { isExclusion, patternFault } from '../lib/pattern.ts';
import { parseRate, RATE } from '../lib/rate.ts';
import { readSigningKey } from '../lib/signing-key.ts';
import { webUrlFault } from './web-url.ts';

/** Some text; white space around it is dropped. */
export const text = z.string().trim().min(1, 'is empty');

/** A secret, exactly as written. All of ours travel in HTTP headers, which lose white space around a value. */
export const secret = z
  .string()
  .refine((value) => value.trim() !== '', 'is empty')
  .refine(
    (value) => value.trim() === '' || (value === value.trim() && !/[\r\n]/.test(value)),
    'begins or ends with white space, or has a line break in it',
  );

/** A private key that signs what runs hand over. Only Beckon has it; what checks is the public half. */
export const signingKey = z
  .string()
  .refine(
    (pem) => readSigningKey(pem) !== undefined,
    'is not the PEM of a P-256 key: make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`',
  );

/** GitLab 19's signing token: 32 bytes as Base64 behind a prefix. */
export const signingToken = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{43}=$/,
    'is not a signing token of GitLab: whsec_ and 44 characters, as GitLab shows it once when it makes one',
  );

const LONGEST = '3650d';

/** A duration as text, longer than nothing and at most ten years. */
export const duration = z
  .string()
  .regex(DURATION, 'is not a duration such as 90s, 10m, 2h or 30d')
  .refine((value) => parseDuration(value) !== 0, 'must be longer than 0')
  .refine(
    (value) => (parseDuration(value) ?? 0) <= (parseDuration(LONGEST) ?? 0),
    `must be ${LONGEST} at most`,
  );

/** A rate as text that lets something happen. */
export const rate = z
  .string()
  .regex(RATE, 'is not a rate such as 20/h, 5/m or 100/d')
  .refine((value) => parseRate(value)?.count !== 0, 'must allow at least 1');

/** A whole number, or its digits as a text, which is what an environment variable gives. */
export function wholeNumber(min: number, max: number) {
  const range = `must be between ${min} and ${max}`;
  return z
    .union(
      [z.int().min(min, range).max(max, range), z.string().regex(/^\d{1,15}$/, 'is not a whole number')],
      {
        error: 'is not a whole number',
      },
    )
    .refine((value) => typeof value === 'number' || !(Number(value) < min || Number(value) > max), range);
}

/** A switch: YAML 1.2 has `on` and `off` for texts. */
export const onOff = z.union([z.boolean(), z.enum(['on', 'off'])], { error: 'is neither on nor off' });

/** How long to wait between two looks, from a minute to a day, or `off`. */
export const intervalOrOff = z
  .string()
  .regex(/^(\d{1,9}(ms|s|m|h|d)|off)$/, 'is neither a duration such as 5m nor off')
  .refine((value) => {
    const milliseconds = parseDuration(value) ?? 60_000;
    return milliseconds >= 60_000 && milliseconds <= 86_400_000;
  }, 'must be between 1m and 1d, or off');

/** Base address of a web service. */
export const webUrl = z.string().superRefine((value, context) => {
  const fault = webUrlFault(value);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/**
 * A username as GitLab allows it (`Gitlab::PathRegex`): letters, digits, `_`, `-` and `.`, not beginning with `-`
 * and not ending like a file that GitLab serves. Compared without regard to case.
 */
export const username = z
  .string()
  .regex(/^(?!@)/, { error: 'is written without the @', abort: true })
  .regex(/^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}$/, { error: 'is not a username of GitLab', abort: true })
  .refine(
    (name) => !/\.$|\.git$|\.atom$/i.test(name),
    'is not a username of GitLab: none ends in a dot, .git or .atom',
  );

/** Globs on full paths, at least one of them to include something. */
export const projectPatterns = z
  .array(
    text.superRefine((pattern, context) => {
      const fault = pattern === '' ? undefined : patternFault(pattern);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    }),
  )
  .min(1, 'needs at least one pattern')
  .refine(
    (patterns) => patterns.length === 0 || !patterns.every(isExclusion),
    'names no project to include, only ones to exclude',
  );

/** IP addresses, or ranges of them in CIDR notation. */
export const addresses = z.array(
  text.superRefine((address, context) => {
    const fault = address === '' ? undefined : addressFault(address);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  }),
);

/** A path in a project, below its root: a flow file. */
export const flowPath = z
  .string()
  .max(255, 'is longer than 255 characters')
  .regex(/\.ya?ml$/, {
    error: 'is neither the path of a .yml or .yaml file nor a flow itself (a mapping)',
    abort: true,
  })
  .refine(
    (path) => !path.includes('\\') && !path.split('/').some((segment) => /^\.{0,2}$/.test(segment)),
    'is not a path inside the project, from its root: .gitlab/duo/flows/claude.yaml, for example',
  );
