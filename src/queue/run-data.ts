import { z } from 'zod';
import { FlowFile } from '../config/flow.ts';
import { BeckonError } from '../lib/errors.ts';
import type { Run } from '../runs/run.ts';
import { STEP_NAMES } from '../runs/steps/names.ts';
import { Event } from './event-data.ts';
import { maybe } from './maybe.ts';

const Outcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('merge_request'),
    iid: z.number(),
    url: z.string(),
    size: z.exactOptional(
      z.object({
        files: z.number(),
        lines: z.exactOptional(z.object({ added: z.number(), removed: z.number() })),
      }),
    ),
    updated: z.exactOptional(z.literal(true)),
  }),
  z.object({ kind: z.literal('branch'), name: z.string() }),
  z.object({ kind: z.literal('no_changes') }),
  z.object({
    kind: z.literal('failed'),
    reason: z.string(),
    job: maybe(z.object({ id: z.exactOptional(z.number()), name: z.string(), url: z.string() })),
  }),
  z.object({ kind: z.literal('not_started'), error: z.string() }),
  z.object({
    kind: z.literal('refused'),
    error: z.string(),
    silent: z.boolean(),
    see: z.exactOptional(z.string()),
  }),
  z.object({ kind: z.literal('cancelled'), by: maybe(z.string()) }),
  z.object({ kind: z.literal('timed_out') }),
]);

const HistoryEntry = z.object({
  at: z.string(),
  what: z.string(),
  step: z.enum(STEP_NAMES),
  detail: z.exactOptional(z.string()),
  times: z.number(),
});

/** A {@link Run} as the queue keeps it. */
export const RunData = z.object({
  version: z.literal(1),
  id: z.string().min(1),
  agent: z.string(),
  trigger: z.string(),
  event: Event,
  createdAt: z.string(),
  retryOf: z.exactOptional(z.string()),
  askedBy: z.exactOptional(
    z.object({ agent: z.string(), account: z.string(), run: z.string(), depth: z.number() }),
  ),
  step: z.enum(STEP_NAMES),
  failures: z.number(),
  looks: z.number(),
  note: z.exactOptional(z.object({ id: z.number(), discussionId: maybe(z.string()) })),
  fork: z.exactOptional(
    z.object({ commitId: z.string(), askedAt: z.string(), approvedBy: z.exactOptional(z.string()) }),
  ),
  flow: z.exactOptional(z.nullable(FlowFile)),
  branch: z.exactOptional(
    z.object({
      name: z.string(),
      commitId: z.string(),
      target: z.string(),
      earlier: z.exactOptional(z.object({ pipelineId: z.number(), mergeRequest: maybe(z.number()) })),
    }),
  ),
  pipeline: z.exactOptional(z.object({ id: z.number(), url: z.string(), createdAt: z.string() })),
  interruptions: z.exactOptional(z.number()),
  waitingFor: z.exactOptional(z.enum(['runner', 'resource', 'person'])),
  outcome: z.exactOptional(Outcome),
  history: z.exactOptional(z.array(HistoryEntry)),
  finishedAt: z.exactOptional(z.string()),
});

/** What is not known here, in a run and its event: a newer program put it there and needs it again. */
const Unknowns = z.looseObject({ event: z.looseObject({}) });

/**
 * The run in a job's data, with what a newer program added to it. Throws `run_unreadable` for what this program
 * cannot read, such as a step that only a newer one knows.
 */
export function readRun(data: unknown): Run {
  const read = RunData.safeParse(data);
  if (read.success) {
    const { event, ...more } = Unknowns.parse(data);
    return { ...more, ...read.data, event: { ...event, ...read.data.event } };
  }
  const version = z.object({ version: z.unknown() }).safeParse(data).data?.version;
  const fault =
    version === 1
      ? z.prettifyError(read.error).replaceAll('\n', ' ')
      : `it has version ${JSON.stringify(version)}, and this program knows version 1`;
  throw new BeckonError('run_unreadable', `Could not read a run from the queue: ${fault}`, {
    hint: 'Was it written by a newer Beckon? Start that version again and let it finish its runs.',
  });
}
