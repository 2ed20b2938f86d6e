import { describe, expect, it } from 'vitest';
import { parseDelivery } from '../../src/events/parse.ts';
import { subjectOf, subjectOfEvent } from '../../src/events/subject.ts';
import { notePayload, project } from '../builders/payloads.ts';

const plain = { event: 'note', project: 'acme/web/shop', user: 'alice', noteId: 9001, confidential: false };

describe('what a delivery is about', () => {
  it.each<[string, unknown, object]>([
    ['a comment on an issue', notePayload('x'), { ...plain, item: { type: 'issue', iid: 12 } }],
    [
      'a comment on a merge request',
      notePayload('x', { mergeRequest: {} }),
      { ...plain, item: { type: 'merge_request', iid: 8 } },
    ],
    ['an internal note', notePayload('x', { note: { internal: true } }), { confidential: true }],
    [
      'a comment on something confidential',
      notePayload('x', { issue: { confidential: true } }),
      { confidential: true },
    ],
    [
      'a comment on something confidential whose number is missing',
      { object_kind: 'note', issue: { iid: null, confidential: true } },
      { confidential: true, item: undefined },
    ],
    [
      'an issue',
      { object_kind: 'issue', object_attributes: { id: 301, iid: 12 } },
      { noteId: undefined, item: { type: 'issue', iid: 12 } },
    ],
    [
      'a work item',
      { object_kind: 'work_item', object_attributes: { iid: 12, confidential: true } },
      { confidential: true, item: { type: 'issue', iid: 12 } },
    ],
    ['a push', { object_kind: 'push', user_username: 'ada', project }, { user: 'ada', item: undefined }],
    [
      'a pipeline of a merge request',
      { object_kind: 'pipeline', merge_request: { iid: 8 } },
      { item: { type: 'merge_request', iid: 8 } },
    ],
    ['a reaction on a comment', { object_kind: 'emoji', note: { id: 9 }, issue: { iid: 12 } }, { noteId: 9 }],
  ])('%s', (_name, payload, subject) => {
    expect(subjectOf(payload)).toMatchObject(subject);
  });

  it.each([null, [], 'x', 7, { user: 7, object_attributes: [], project: { path_with_namespace: {} } }])(
    'is not known of %j',
    (payload) => {
      expect(subjectOf(payload)).toEqual({ confidential: false });
    },
  );

  it('is the same whether a delivery or a To-Do item told of it', () => {
    const payload = notePayload('@claude-bot please');
    const reading = parseDelivery({ event: undefined, payload });
    if (reading.kind !== 'events' || reading.events[0] === undefined) throw new Error('it is an event');
    expect(subjectOfEvent(reading.events[0])).toEqual(subjectOf(payload));
  });
});
