import { z } from 'zod';
import { CALL_KINDS, CHANGE_KINDS } from '../config/config.ts';
import { FlowFile } from '../config/flow.ts';
import { BeckonError } from '../lib/errors.ts';
import type { Run } from '../runs/run.ts';
import { STEP_NAMES } from '../runs/steps/names.ts';

/** JSON leaves `undefined` out: a key that our types require comes back missing. The transform keeps it required. */
const maybe = <T extends z.ZodType>(schema: T) => z.optional(schema).transform((value) => value);

const Person = z.object({ id: maybe(z.number()), username: z.string(), name: z.string() });

const resource = { iid: z.number(), title: z.string(), url: z.string() };
const Resource = z.discriminatedUnion('type', [
  z.object({ ...resource, type: z.literal('issue') }),
  z.object({
    ...resource,
    type: z.literal('merge_request'),
    sourceBranch: z.string(),
    targetBranch: z.string(),
    sourceProjectId: maybe(z.number()),
  }),
]);

const event = {
  project: z.object({
    id: z.number(),
    path: z.string(),
    url: z.string(),
    defaultBranch: maybe(z.string()),
  }),
  actor: Person,
  happenedAt: maybe(z.string()),
  confidential: z.boolean(),
  input: z.string(),
};
const called = { ...event, resource: Resource, accounts: z.array(z.string()) };
const Event = z.discriminatedUnion('kind', [
  z.object({
    ...called,
    kind: z.literal('mention'),
    note: z.object({
      id: z.number(),
      discussionId: maybe(z.string()),
      url: z.string(),
      internal: z.boolean(),
      editedAt: maybe(z.string()),
    }),
  }),
  z.object({ ...called, kind: z.enum(CALL_KINDS) }),
  z.object({
    ...event,
    resource: maybe(Resource),
    kind: z.enum(CHANGE_KINDS),
    action: z.string(),
    mark: z.string(),
  }),
]);

const Outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('merge_request'), iid: z.number(), url: z.string() }),
  z.object({ kind: z.literal('branch'), name: z.string() }),
  z.object({ kind: z.literal('no_changes') }),
  z.object({
    kind: z.literal('failed'),
    reason: z.string(),
    job: maybe(z.object({ name: z.string(), url: z.string() })),
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

/** A {@link Run} as the queue keeps it. */
export const RunData = z.object({
  version: z.literal(1),
  id: z.string().min(1),
  agent: z.string(),
  trigger: z.string(),
  event: Event,
  createdAt: z.string(),
  step: z.enum(STEP_NAMES),
  failures: z.number(),
  looks: z.number(),
  note: z.exactOptional(z.object({ id: z.number(), discussionId: maybe(z.string()) })),
  flow: z.exactOptional(z.nullable(FlowFile)),
  branch: z.exactOptional(z.object({ name: z.string(), commitId: z.string(), target: z.string() })),
  pipeline: z.exactOptional(z.object({ id: z.number(), url: z.string(), createdAt: z.string() })),
  outcome: z.exactOptional(Outcome),
  finishedAt: z.exactOptional(z.string()),
});

/**
 * The run in a job's data. Throws `run_unreadable` for what this program cannot read, such as the run of a newer
 * one; such a job is set aside, not dropped.
 */
export function readRun(data: unknown): Run {
  const read = RunData.safeParse(data);
  if (read.success) return read.data;
  const version = z.object({ version: z.unknown() }).safeParse(data).data?.version;
  const fault =
    version === 1
      ? z.prettifyError(read.error).replaceAll('\n', ' ')
      : `it has version ${JSON.stringify(version)}, and this program knows version 1`;
  throw new BeckonError('run_unreadable', `Could not read a run from the queue: ${fault}`, {
    hint: 'Was it written by a newer Beckon? Start that version again and let it finish its runs.',
  });
}
