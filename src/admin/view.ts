import { z } from 'zod';
import { RUN_STATES } from '../config/config.ts';
import { noteUrl } from '../runs/place.ts';
import type { StopRequest } from '../runs/queue-ports.ts';
import type { Run } from '../runs/run.ts';
import { runState } from '../runs/state.ts';
import type { StepName } from '../runs/steps/names.ts';

const text = z.string();
const orNull = <T extends z.ZodType>(schema: T) => schema.nullable();

/** A run in a list, as `beckon runs --json`, the API and the dashboard have it. */
export const RunSummary = z
  .object({
    id: text,
    state: z.enum(RUN_STATES),
    agent: text,
    trigger: text,
    event: text.describe('What happened: `mention`, `assign`, …'),
    project: text.describe('Full path.'),
    item: orNull(z.object({ type: z.enum(['issue', 'merge_request']), iid: z.number(), url: text })),
    title: orNull(text).describe('Of the item; null for what is confidential.'),
    user: text.describe('Username of who asked.'),
    createdAt: text,
    finishedAt: orNull(text),
    seconds: z.number().describe('From the event to the last note, or until now.'),
    step: text,
    result: text.describe('How it ended, or where it stands and why it does not get on.'),
    outcome: orNull(z.looseObject({ kind: text })),
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.output<typeof RunSummary>;

/** Something that happened to a run. */
const HistoryEntry = z.object({
  at: text,
  what: text,
  step: text,
  detail: text.optional(),
  times: z.number(),
});

/** All that is known of a run. */
export const RunDetails = RunSummary.extend({
  askedBy: orNull(z.object({ agent: text, account: text, run: text, depth: z.number() })),
  input: orNull(text).describe('What was asked; null for what is confidential.'),
  noteUrl: orNull(text),
  branch: orNull(z.looseObject({ name: text })),
  pipeline: orNull(z.object({ id: z.number(), url: text, createdAt: text })),
  retryOf: orNull(text),
  stop: orNull(z.object({ by: text, reason: text })).describe('Who asked it to stop.'),
  history: z.array(HistoryEntry),
}).meta({ id: 'RunDetails' });
export type RunDetails = z.output<typeof RunDetails>;

/** Where a run was called from: `group/project#12`, `group/project!31`, or the project alone. */
export function itemOf({ event: { project, resource } }: Run): string {
  if (resource === undefined) return project.path;
  return `${project.path}${resource.type === 'issue' ? '#' : '!'}${resource.iid}`;
}

/** From the event to the last note, in milliseconds; up to `now` for a run that has not ended. */
export function durationOf(run: Run, now: number): number {
  return (run.finishedAt === undefined ? now : Date.parse(run.finishedAt)) - Date.parse(run.createdAt);
}

/** What a run does in a step, for people who do not know the steps. */
const DOES: Readonly<Record<StepName, string>> = {
  admit: 'looks whether it may start',
  turn: 'waits for its turn',
  note: 'writes its note',
  fork: 'looks whether it may work on a fork',
  prepare: 'makes its branch',
  pipeline: 'starts its pipeline',
  announce: 'says that it has started',
  watch: 'waits for its pipeline',
  deliver: 'hands over what it made',
  finish: 'says how it ended',
};

/** How a run ended, or else what it does, and why it does not get on. */
export function resultOf({ outcome, step, history }: Run): string {
  switch (outcome?.kind) {
    case undefined: {
      const last = history?.at(-1);
      return last?.what === 'retrying' ? `${DOES[step]}, trying again: ${last.detail ?? ''}` : DOES[step];
    }
    case 'merge_request':
      return `merge request !${outcome.iid}`;
    case 'branch':
      return `branch ${outcome.name}`;
    case 'no_changes':
      return 'no changes';
    case 'failed':
      return outcome.reason;
    case 'not_started':
    case 'refused':
      return outcome.error;
    case 'cancelled':
      return outcome.by === undefined ? '' : `by ${outcome.by}`;
    case 'timed_out':
      return '';
    default:
      return outcome satisfies never;
  }
}

/** A run as it stands in a list; `now` in milliseconds since the epoch. */
export function summaryOf(run: Run, now: number): RunSummary {
  const { event, outcome = null, finishedAt = null } = run;
  return {
    id: run.id,
    state: runState(run),
    agent: run.agent,
    trigger: run.trigger,
    event: event.kind,
    project: event.project.path,
    item:
      event.resource === undefined
        ? null
        : { type: event.resource.type, iid: event.resource.iid, url: event.resource.url },
    title: event.confidential ? null : (event.resource?.title ?? null),
    user: event.actor.username,
    createdAt: run.createdAt,
    finishedAt,
    seconds: Math.round(durationOf(run, now) / 1_000),
    step: run.step,
    result: resultOf(run),
    outcome,
  };
}

/** A run as it stands alone: the same, and all that is known beside. */
export function detailsOf(
  run: Run,
  { stop, now }: { readonly stop: StopRequest | undefined; readonly now: number },
): RunDetails {
  return {
    ...summaryOf(run, now),
    input: run.event.confidential ? null : run.event.input,
    noteUrl: noteUrl(run) ?? null,
    branch: run.branch ?? null,
    pipeline: run.pipeline ?? null,
    retryOf: run.retryOf ?? null,
    askedBy: run.askedBy ?? null,
    stop: stop ?? null,
    history: [...(run.history ?? [])],
  };
}
