import { z } from 'zod';
import { CALL_KINDS, CHANGE_KINDS } from '../config/config.ts';
import { ASKED } from '../events/event.ts';
import { maybe } from './maybe.ts';

/* Events as the queue keeps them, in runs and in commands. */

export const Person = z.object({ id: maybe(z.number()), username: z.string(), name: z.string() });

const resource = { iid: z.number(), title: z.string(), url: z.string() };
export const Resource = z.discriminatedUnion('type', [
  z.object({ ...resource, type: z.literal('issue') }),
  z.object({
    ...resource,
    type: z.literal('merge_request'),
    sourceBranch: z.string(),
    targetBranch: z.string(),
    sourceProjectId: maybe(z.number()),
  }),
]);

export const Project = z.object({
  id: z.number(),
  path: z.string(),
  url: z.string(),
  defaultBranch: maybe(z.string()),
});

export const Note = z.object({
  id: z.number(),
  discussionId: maybe(z.string()),
  individual: z.exactOptional(z.literal(true)),
  url: z.string(),
  internal: z.boolean(),
  editedAt: maybe(z.string()),
});

const event = {
  project: Project,
  actor: Person,
  happenedAt: maybe(z.string()),
  confidential: z.boolean(),
  input: z.string(),
};
const called = { ...event, resource: Resource, accounts: z.array(z.string()) };
export const Event = z.discriminatedUnion('kind', [
  z.object({
    ...called,
    kind: z.literal('mention'),
    note: Note,
  }),
  z.object({ ...called, kind: z.enum(CALL_KINDS) }),
  z.object({
    ...event,
    resource: maybe(Resource),
    kind: z.enum(CHANGE_KINDS),
    action: z.string(),
    mark: z.string(),
  }),
  z.object({
    ...event,
    resource: maybe(Resource),
    kind: z.literal('api'),
    key: z.string(),
    fingerprint: z.string(),
    asked: z.enum(ASKED),
  }),
]);
