import type { WebhookSecrets } from '../config/config.ts';
import { explainNoAnswer } from '../lib/no-answer.ts';
import { isAtLeast } from '../lib/version.ts';
import { type Finding, ok, risky, unknown, wrong } from '../setup/finding.ts';
import type { Reach } from './ports.ts';

/** Seconds that clocks may differ; signed deliveries and `limits.maxEventAge` go by the time. */
const MOST_SKEW = 30;
/** `spec:inputs`, which the shipped CI files use, is generally available since then. */
const OLDEST = [17, 0] as const;
/** What came later, and is used where it is there. */
const FEATURES = [
  { since: [18, 1], name: 'pipeline inputs' },
  { since: [19, 0], name: 'signed deliveries' },
] as const;

/** What is at `gitlab.url`; anything but `ok` and `risky` means that asking further is of no use. */
export function findReach(reach: Reach, { url, hasProxy }: { url: string; hasProxy: boolean }): Finding {
  if (reach.kind === 'silence') return explainSilence(reach, { url, hasProxy });
  if (reach.kind === 'unasked') return wrong(`${url} cannot be asked: ${reach.reason}.`, reach.hint);
  const { status, isJson, location, clockAhead } = reach;
  if (location !== undefined && URL.canParse(location, url)) {
    const target = finalAddress(location, url);
    return wrong(
      `${url} redirects to ${target}, and tokens are not sent on.`,
      `Set gitlab.url to ${target}.`,
    );
  }
  if (status >= 500)
    return wrong(
      `${url} answers ${status}.`,
      'See how GitLab is, and any proxy in front of it; then try again.',
    );
  // Without a token GitLab says 401 here; whatever else has an address says something else.
  if (!isJson || (status !== 401 && status !== 200))
    return wrong(
      `${url} answers, but not as GitLab's API does (${status}).`,
      'Set gitlab.url to the address that people open GitLab at, with its sub-path if there is one.',
    );
  if (clockAhead === undefined || Math.abs(clockAhead) <= MOST_SKEW * 1000) return ok(`${url} answers.`);
  const seconds = Math.round(Math.abs(clockAhead) / 1000);
  return risky(
    `${url} answers, and its clock is ${seconds} s ${clockAhead > 0 ? 'ahead of' : 'behind'} the one here: deliveries may be refused as too old.`,
    'Have both machines set their clocks by NTP.',
  );
}

/** What the version means for this config; `undefined`: no token could ask for it. */
export function findVersion(
  version: string | undefined,
  { webhook }: { readonly webhook: WebhookSecrets },
): readonly Finding[] {
  if (version === undefined) return [unknown('Its version is told to valid tokens only.')];
  const lacking = FEATURES.filter(({ since }) => !isAtLeast(version, since)).map(
    ({ name, since }) => `${name} (${since.join('.')})`,
  );
  const lacks = lacking.length === 0 ? '' : ` It lacks ${lacking.join(' and ')}.`;
  const text = `GitLab ${version}.${lacks}`;
  const isSignedOnly = webhook.secretTokens.length === 0 && !isAtLeast(version, [19, 0]);
  return [
    isAtLeast(version, OLDEST)
      ? ok(text)
      : risky(
          `${text} The shipped CI files use spec:inputs, which is generally available from 17.0 on.`,
          'Update GitLab, or check the CI files with GitLab before relying on them.',
        ),
    ...(isSignedOnly
      ? [
          wrong(
            'The config has signing tokens only, and this GitLab signs no deliveries: all are refused.',
            'Add a secret to webhook.secretTokens and to the webhooks.',
          ),
        ]
      : []),
  ];
}

/** Of the address that was asked, the part that people write. */
function finalAddress(location: string, url: string): string {
  const target = new URL(location, `${url}/api/v4/version`);
  return `${target.origin}${target.pathname}`.replace(/\/api\/v4\/version\/?$/, '').replace(/\/$/, '');
}

function explainSilence(
  { code, detail }: { code: string; detail: string },
  { url, hasProxy }: { url: string; hasProxy: boolean },
): Finding {
  const { why, remedy, isLasting } = explainNoAnswer(code, detail);
  const proxy = hasProxy
    ? ' A proxy is set: is HTTPS_PROXY right, and should NO_PROXY name GitLab?'
    : ' If only a proxy leads there, set HTTPS_PROXY.';
  return wrong(
    `${url} cannot be reached, because ${why} (${detail.includes(code) ? detail : `${code}: ${detail}`}).`,
    `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.${isLasting && !hasProxy ? '' : proxy}`,
  );
}
