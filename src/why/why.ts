import { z } from 'zod';
import type { Deliveries, DeliveryRecord } from '../admin/deliveries.ts';
import { createSimulate } from '../admin/simulate.ts';
import type { Config, Trigger } from '../config/config.ts';
import type { Clock } from '../runs/ports.ts';
import type { RunQueue } from '../runs/queue-ports.ts';
import { type Asked, readAddress } from './address.ts';
import { type AskedGitLab, askGitLab } from './ask.ts';
import { findComment, findItem, meantBy } from './comment.ts';
import type { GitLabFacts, OwnFacts } from './facts.ts';
import { findTimes, findTurnedAway, findWebhook } from './hook.ts';
import { findCovered, findDeliveries, findRuns, runsAskedFor, triggersOf } from './own.ts';
import { ABOUTS, concludeFrom, type Part } from './parts.ts';

/** Runs of an item that are looked at, the newest. */
const MOST_RUNS = 50;

const text = z.string();

/** Why an agent did, or did not, answer. */
export const WhyAnswer = z
  .object({
    url: text,
    conclusion: text.describe('The most likely reason.'),
    remedy: text.nullable().describe('What to do about it.'),
    runs: z.array(text).describe('Ids of the runs that are for it.'),
    findings: z
      .array(
        z.object({
          about: z.enum(ABOUTS),
          state: z.enum(['ok', 'wrong', 'risky', 'unknown']),
          text,
          remedy: z.exactOptional(text),
          link: z.exactOptional(text),
        }),
      )
      .describe('All that was looked at, in this order.'),
  })
  .meta({ id: 'Why' });
export type WhyAnswer = z.output<typeof WhyAnswer>;

/** Answers of the address of a comment, an issue or a merge request. Changes nothing. */
export type Why = (url: string) => Promise<WhyAnswer>;

export interface WhyTools {
  readonly config: Config;
  readonly queue: Pick<RunQueue, 'list'>;
  readonly deliveries: Pick<Deliveries, 'all'>;
  /** Connects to GitLab for as long as it is asked: often what Beckon itself knows will do. */
  readonly withGitLab: <T>(ask: (gitlab: AskedGitLab) => Promise<T>) => Promise<T>;
  readonly clock: Clock;
}

/**
 * Finds out why an agent did not answer: first from what Beckon itself knows, then, where there is no run, by what
 * GitLab says. Rejects with `queue_unavailable` where the queue does not answer; that GitLab does not answer is told.
 */
export function createWhy(tools: WhyTools): Why {
  const { config } = tools;
  return async (url) => {
    const read = readAddress(url, config.gitlab.url);
    if ('fault' in read) return answerOf(url, [{ about: 'address', findings: [read.fault] }], []);
    const { asked } = read;
    const [first, ...others] = triggersOf(asked.project, config);
    const facts = await ownFacts(asked, tools);
    const runs = runsAskedFor(facts).map(({ id }) => id);
    const own = [findRuns(facts), findDeliveries(facts)];
    if (first === undefined) return answerOf(url, [findCovered(asked.project, []), ...own], runs);
    const triggers = [first, ...others] as const;
    const parts = [findCovered(asked.project, triggers), ...own];
    if (runs.length > 0) return answerOf(url, parts, runs);
    return answerOf(url, [...parts, ...(await fromGitLab(facts, triggers, tools))], runs);
  };
}

async function ownFacts(asked: Asked, { queue, deliveries }: WhyTools): Promise<OwnFacts> {
  const isProject = (path: string | null) => path?.toLowerCase() === asked.project.toLowerCase();
  const [runs, all] = await Promise.all([
    queue.list({
      limit: MOST_RUNS,
      where: ({ event: { project, resource } }) =>
        isProject(project.path) && resource?.type === asked.type && resource.iid === asked.iid,
    }),
    deliveries.all(),
  ]);
  const isMeant = ({ project, item, noteId }: DeliveryRecord) =>
    isProject(project) &&
    item?.type === asked.type &&
    item.iid === asked.iid &&
    (asked.noteId === undefined || noteId === asked.noteId);
  return {
    asked,
    runs,
    deliveries: all.filter(isMeant),
    turnedAway: all.filter(({ from }) => from !== null).map(({ at }) => at),
  };
}

async function fromGitLab(
  { asked, turnedAway }: OwnFacts,
  triggers: readonly [Trigger, ...Trigger[]],
  { config, withGitLab, clock }: WhyTools,
): Promise<readonly Part[]> {
  const facts = await withGitLab((gitlab) =>
    askGitLab(asked, {
      ...gitlab,
      config,
      triggers,
      simulate: (delivery, at) => createSimulate({ config, clock: () => at })(delivery),
    }),
  );
  const { account, comment } = facts;
  const webhook = findWebhook(facts.hooks, { project: asked.project, config });
  if (comment === undefined) return [findItem(facts.item, { account, triggers }), webhook];
  return [
    ...findComment(comment, { account, triggers, config }),
    webhook,
    ...timesOf(comment, triggers, { now: clock(), config, turnedAway }),
  ];
}

function timesOf(
  comment: NonNullable<GitLabFacts['comment']>,
  triggers: readonly Trigger[],
  known: { readonly now: number; readonly config: Config; readonly turnedAway: readonly string[] },
): readonly Part[] {
  if ('failure' in comment || comment.is === undefined) return [];
  const { comment: written } = comment.is;
  const edits = meantBy(written.body, triggers).some((trigger) => trigger.edits);
  return [findTurnedAway(written.createdAt, known.turnedAway), findTimes({ comment: written, edits }, known)];
}

function answerOf(url: string, parts: readonly Part[], runs: readonly string[]): WhyAnswer {
  const { text, remedy, link } = concludeFrom(parts);
  const told = remedy === undefined || link === undefined ? remedy : `${remedy.replace(/\.$/, '')}: ${link}`;
  const inOrder = ABOUTS.flatMap((about) => parts.filter((part) => part.about === about));
  return {
    url,
    conclusion: text,
    remedy: told ?? null,
    runs: [...runs],
    findings: inOrder.flatMap(({ about, findings }) => findings.map((finding) => ({ about, ...finding }))),
  };
}
