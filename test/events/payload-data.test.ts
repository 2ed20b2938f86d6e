import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDelivery } from '../../src/events/parse.ts';
import { createReceive } from '../../src/receive.ts';
import { config } from '../builders/config.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { silentObserver } from '../doubles/observer.ts';

/*
 * Real payloads of GitLab 8 to 19. What is expected of each follows from the payload itself by the rules below, which
 * are written from GitLab's documentation and not from what the parser does.
 */

const folder = new URL('../../../shared/data/payloads/', import.meta.url);
const isThere = existsSync(folder);
type Json = Record<string, unknown>;

const payloads: readonly (readonly [string, Json])[] = !isThere
  ? []
  : readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Json] as const);

const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Json)[key] : undefined),
    value,
  );
const names = (value: unknown): string[] =>
  (Array.isArray(value) ? value : []).map((user) => String(at(user, 'username')).toLowerCase());

/** People who are on a list now and were not before; two shapes of `changes`, and everybody on opening. */
function added(payload: Json, list: 'assignees' | 'reviewers'): readonly string[] {
  const action = at(payload, 'object_attributes', 'action');
  if (action === 'open') return names(payload[list]);
  if (action !== 'update' && action !== undefined) return [];
  const change = at(payload, 'changes', list);
  const [before, now] = Array.isArray(change) ? change : [at(change, 'previous'), at(change, 'current')];
  const again = (Array.isArray(payload[list]) ? (payload[list] as Json[]) : []).filter(
    (user) => user.re_requested === true,
  );
  return [...new Set([...names(now).filter((name) => !names(before).includes(name)), ...names(again)])];
}

/** Without these a payload cannot be acted on: who, where, and which. */
function isUsable(payload: Json): boolean {
  const kind = payload.object_kind;
  const item = kind === 'merge_request' ? ['iid', 'source_branch', 'target_branch'] : ['iid'];
  const hasProject = typeof at(payload, 'project', 'path_with_namespace') === 'string';
  const projectId =
    at(payload, 'project', 'id') ??
    payload.project_id ??
    at(payload, 'object_attributes', 'project_id') ??
    at(payload, 'object_attributes', 'target_project_id');
  return (
    typeof at(payload, 'user', 'username') === 'string' &&
    hasProject &&
    typeof projectId === 'number' &&
    item.every((field) => at(payload, 'object_attributes', field) !== undefined)
  );
}

const title = isThere ? '' : ' (skipped: ../shared/data/payloads is not there)';

describe.skipIf(!isThere)(`real payloads${title}`, () => {
  it('are there', () => expect(payloads.length).toBeGreaterThan(300));

  it('are each answered, with a reason where nothing is done', async () => {
    const receive = createReceive({
      config: config(),
      queue: { add: async () => ({ duplicate: false }), addCommand: async () => {}, wake: async () => {} },
      caughtUp: caughtUpDouble(),
      observer: silentObserver,
      clock: () => Date.parse('2030-01-01T00:00:00Z'),
    });
    for (const [name, payload] of payloads) {
      const received = await receive({ event: undefined, payload });
      expect(received.status, name).toBe('ignored');
      expect(received.status === 'ignored' && received.reason, name).toMatch(/\w{3}.*[.]$/);
    }
  });

  const items = payloads.filter(
    ([, payload]) =>
      ['issue', 'work_item', 'merge_request'].includes(String(payload.object_kind)) && isUsable(payload),
  );

  it('hold many items', () => expect(items.length).toBeGreaterThan(100));

  it.each(items)('%s: calls on those who were added', (_name, payload) => {
    const reading = parseDelivery({ event: undefined, payload });
    const events = reading.kind === 'events' ? reading.events : [];
    const called = (kind: string) =>
      events.flatMap((event) => (event.kind === kind && 'accounts' in event ? event.accounts : []));
    expect(called('assign')).toEqual(added(payload, 'assignees'));
    expect(called('assign_reviewer')).toEqual(
      payload.object_kind === 'merge_request' ? added(payload, 'reviewers') : [],
    );
  });

  const notes = payloads.filter(
    ([, payload]) => payload.object_kind === 'note' && at(payload, 'object_attributes') !== undefined,
  );

  it.each(notes)(
    '%s: is a mention only where it is a comment of its author on an item, with an @ in it',
    (_name, payload) => {
      const reading = parseDelivery({ event: undefined, payload });
      const isOnItem = payload.issue !== undefined || payload.merge_request !== undefined;
      const author = at(payload, 'object_attributes', 'author_id');
      const user = at(payload, 'user', 'id');
      const isTest = author !== undefined && user !== undefined && author !== user;
      const hasAt = String(at(payload, 'object_attributes', 'note')).includes('@');
      if (reading.kind !== 'events') return;
      expect({ isOnItem, isTest, hasAt }).toEqual({ isOnItem: true, isTest: false, hasAt: true });
      expect(reading.events).toHaveLength(1);
    },
  );
});
