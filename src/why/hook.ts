import { type Heard, unheard } from '../check/heard.ts';
import { findHooks } from '../check/hooks.ts';
import type { Config } from '../config/config.ts';
import { refusalOf } from '../hooks/lost.ts';
import { formatDuration } from '../lib/duration.ts';
import { type Finding, ok, risky, unknown, wrong } from '../setup/finding.ts';
import type { CommentFacts, HookLook } from './facts.ts';
import type { Part } from './parts.ts';

/** Milliseconds by which GitLab's time of a change may differ from that of the comment, without an edit. */
const NEAR_MS = 1_000;

/** Milliseconds around the time of a comment in which its delivery comes, by two clocks. */
const BEFORE_MS = 5_000;
const AFTER_MS = 60_000;

/** Whether a webhook brings what is asked about, and what GitLab says of its deliveries. */
export function findWebhook(
  heard: Heard<HookLook>,
  {
    project,
    config,
  }: { readonly project: string; readonly config: Pick<Config, 'gitlab' | 'triggers' | 'catchUp'> },
): Part {
  const about = 'webhook';
  if ('failure' in heard) return { about, findings: [unheard('The webhooks', heard.failure)] };
  const url = `${config.gitlab.url}/${project}`;
  const found = findHooks(heard.is, { path: project, url }, config);
  return { about, findings: [...findOfNote(heard.is, `${url}/-/hooks`), ...found] };
}

function findOfNote({ ofNote, hooks, goesBack }: HookLook, link: string): readonly Finding[] {
  if (hooks.length === 0) return [];
  if (ofNote === undefined) {
    if (!goesBack) return [unknown('GitLab lists no delivery of it among the newest.')];
    return [
      risky(
        'GitLab lists deliveries from before it, and none of it: the webhook was not asked for it then, or was off.',
        'Write a new comment.',
        link,
      ),
    ];
  }
  const { status, answer, at } = ofNote;
  const when = at === undefined ? '' : ` at ${new Date(at).toISOString()}`;
  if (/^[23]/.test(status)) return [ok(`GitLab delivered it${when} and was answered with ${status}.`)];
  if (status === '401')
    return [
      wrong(
        `GitLab delivered it${when} and was refused with 401: the webhook has another secret than the config.`,
        'Write the secret anew, by `beckon hook sync --secret` or by hand, and have it sent again',
        link,
      ),
    ];
  const code = refusalOf({ status, answer });
  return [
    wrong(
      `GitLab delivered it${when} and it failed: ${status}${code === undefined ? '' : ` (${code})`}.`,
      'Its recent events say what was answered; have it sent again there',
      link,
    ),
  ];
}

/** Whether a delivery was turned away right after the comment was written: agents are not shown the webhook. */
export function findTurnedAway(writtenAt: string, turnedAway: readonly string[]): Part {
  const written = Date.parse(writtenAt);
  const at = turnedAway.find((time) => {
    const later = Date.parse(time) - written;
    return later > -BEFORE_MS && later < AFTER_MS;
  });
  const text = `A delivery without an accepted secret was turned away at ${at}, right after it was written: the webhook may have another secret than the config.`;
  const remedy = 'Compare them, or write the secret anew by `beckon hook sync --secret`.';
  return { about: 'webhook', findings: at === undefined ? [] : [risky(text, remedy)] };
}

/** Whether it is too late for the comment by now, and whether it was changed since. */
export function findTimes(
  { comment, edits }: { readonly comment: CommentFacts['comment']; readonly edits: boolean },
  { now, config }: { readonly now: number; readonly config: Pick<Config, 'limits'> },
): Part {
  const { maxEventAge } = config.limits;
  const [written, changed] = [Date.parse(comment.createdAt), Date.parse(comment.updatedAt)];
  const findings: Finding[] = [];
  if (now - written > maxEventAge)
    findings.push(
      risky(
        `It is older than limits.maxEventAge (${formatDuration(maxEventAge)}), so a delivery that comes now starts nothing.`,
        'Write a new comment.',
      ),
    );
  if (changed - written > NEAR_MS && !edits)
    findings.push(
      risky(
        `It was changed at ${comment.updatedAt}: a mention that came by an edit counts only with \`edits: true\` of the trigger.`,
        'Write a new comment.',
      ),
    );
  return { about: 'time', findings };
}
