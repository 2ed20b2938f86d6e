import { describe, expect, it } from 'vitest';
import { eventKey } from '../../src/events/key.ts';
import { parseDelivery } from '../../src/events/parse.ts';
import { isoDate } from '../../src/events/resource.ts';
import {
  issuePayload,
  mergeRequestPayload,
  notePayload,
  people,
  pipelinePayload,
  project,
} from '../builders/payloads.ts';

function parse(payload: unknown) {
  return parseDelivery({ event: undefined, payload });
}

function events(payload: unknown) {
  const reading = parse(payload);
  if (reading.kind !== 'events') throw new Error(`read as ${JSON.stringify(reading)}`);
  return reading.events;
}

describe('a comment', () => {
  it('on an issue is read with who, where and in which thread', () => {
    expect(events(notePayload('@claude-bot please fix'))).toEqual([
      {
        kind: 'mention',
        project: { id: 7, path: 'acme/web/shop', url: project.web_url, defaultBranch: 'main' },
        resource: {
          type: 'issue',
          iid: 12,
          title: 'Checkout fails for guests',
          url: `${project.web_url}/-/issues/12`,
        },
        actor: { id: 5, username: 'alice', name: 'Alice Ito' },
        happenedAt: '2026-03-02T10:00:00.000Z',
        confidential: false,
        input: '@claude-bot please fix',
        note: {
          id: 9001,
          discussionId: '6a9c1750b37d513a43987b574953fceb50b03ce7',
          url: `${project.web_url}/-/issues/12#note_9001`,
          internal: false,
          editedAt: undefined,
        },
        accounts: ['claude-bot'],
      },
    ]);
  });

  it.each([
    ['in no thread', { type: null }, true],
    ['in a thread', { type: 'DiscussionNote' }, undefined],
    ['of which the webhook does not say', {}, undefined],
    ['of which it says something else', { type: 7 }, undefined],
  ])('%s is known as such', (_what, note, individual) => {
    const [event] = events(notePayload('@claude-bot hi', { note }));
    expect(event?.kind === 'mention' && event.note.individual).toBe(individual);
  });

  it('in a diff thread is one on the merge request', () => {
    const [event] = events(notePayload('@claude-bot why?', { mergeRequest: {}, note: { type: 'DiffNote' } }));
    expect(event?.resource).toMatchObject({ type: 'merge_request', iid: 8, sourceBranch: 'guest-checkout' });
  });

  it('of an old GitLab has no action, no discussion and no ids of users', () => {
    const payload = notePayload('@claude-bot hi', {
      user: { name: 'Alice', username: 'alice' },
      note: {
        action: undefined,
        discussion_id: undefined,
        author_id: 5,
        created_at: '2015-05-17 18:08:09 UTC',
      },
    });
    expect(events(payload)[0]).toMatchObject({
      actor: { id: undefined, username: 'alice' },
      happenedAt: '2015-05-17T18:08:09.000Z',
      note: { discussionId: undefined },
    });
  });

  it.each([
    ['an internal note', { event_type: 'confidential_note', note: { internal: true } }, true, true],
    ['an internal note of an older GitLab', { event_type: 'confidential_note' }, true, true],
    [
      'a note on a confidential issue',
      { event_type: 'confidential_note', issue: { confidential: true } },
      true,
      false,
    ],
    ['any other', {}, false, false],
  ])('knows %s', (_what, fields, confidential, internal) => {
    expect(events(notePayload('@claude-bot', fields))[0]).toMatchObject({ confidential, note: { internal } });
  });

  it.each([
    ['by GitLab itself', notePayload('@claude-bot', { note: { system: true } }), /system note/],
    ['sent by the Test button', notePayload('@claude-bot', { note: { author_id: 6 } }), /test delivery/],
    ['that mentions nobody', notePayload('please fix'), /mentions nobody/],
    [
      'on a commit',
      notePayload('@claude-bot', { note: { noteable_type: 'Commit' }, commit: { id: 'abc' } }),
      /"Commit"/,
    ],
  ])('%s starts nothing and says why', (what, payload, reason) => {
    const body: Record<string, unknown> = { ...payload };
    if (what === 'on a commit') delete body.issue;
    const reading = parse(body);
    expect(reading).toMatchObject({ kind: 'ignored' });
    expect(reading.kind === 'ignored' && reading.reason).toMatch(reason);
  });
});

describe('an assignment', () => {
  const added = { previous: [people.alice], current: [people.alice, people.bot] };

  it('calls on those who were added', () => {
    expect(events(issuePayload({ changes: { assignees: added } }))).toMatchObject([
      { kind: 'assign', accounts: ['claude-bot'], actor: { username: 'alice' } },
    ]);
  });

  it('calls on everybody who is set when the issue is opened', () => {
    const payload = issuePayload({ issue: { action: 'open' }, assignees: [people.alice, people.bot] });
    expect(events(payload)[0]).toMatchObject({ accounts: ['alice', 'claude-bot'] });
  });

  it('is not what an old GitLab says of an issue that is closed', () => {
    const payload = issuePayload({
      issue: { action: 'close' },
      changes: { assignees: { previous: [], current: [people.bot] } },
    });
    expect(parse(payload)).toMatchObject({ kind: 'ignored' });
  });

  it('to a merge request, together with a request for a review, is two events', () => {
    const payload = mergeRequestPayload({
      changes: { assignees: added, reviewers: { previous: [], current: [people.bot] } },
    });
    expect(events(payload).map((event) => event.kind)).toEqual(['assign', 'assign_reviewer']);
  });
});

describe('a request for a review', () => {
  it('is read in the shape that the documentation shows as well', () => {
    const payload = mergeRequestPayload({
      changes: { reviewers: [[people.alice], [people.alice, people.bot]] },
    });
    expect(events(payload)).toMatchObject([{ kind: 'assign_reviewer', accounts: ['claude-bot'] }]);
  });

  it('made again calls on the reviewer again', () => {
    const payload = mergeRequestPayload({
      reviewers: [{ ...people.bot, state: 'unreviewed', re_requested: true }],
      changes: { reviewers: { previous: [people.bot], current: [people.bot] } },
    });
    expect(events(payload)[0]).toMatchObject({ accounts: ['claude-bot'] });
  });

  it('is not what a submitted review says, where only the state differs', () => {
    const payload = mergeRequestPayload({
      reviewers: [{ ...people.bot, state: 'reviewed', re_requested: false }],
      changes: {
        reviewers: {
          previous: [{ ...people.bot, state: 'unreviewed' }],
          current: [{ ...people.bot, state: 'reviewed' }],
        },
      },
    });
    expect(parse(payload)).toMatchObject({ kind: 'ignored' });
  });
});

describe('anything else', () => {
  it('is a pipeline of a run, which may wait for its end, and starts nothing', () => {
    expect(parse(pipelinePayload('workloads/r0123456789abcde', 'success'))).toEqual({
      kind: 'ignored',
      reason: 'A pipeline on "workloads/r0123456789abcde" is now "success".',
      settled: {
        branch: 'workloads/r0123456789abcde',
        runId: undefined,
        pipeline: { id: 77, project: { id: 7, path: 'acme/web/shop' }, status: 'success' },
      },
    });
    expect(parse(pipelinePayload('workloads/r0123456789abcde', 'running'))).not.toHaveProperty('settled');
  });

  it.each([
    [{ object_kind: 'push' }, 'ignored'],
    [{ object_kind: 'tag_push' }, 'ignored'],
    [{ event_name: 'user_create' }, 'ignored'],
    [{ object_kind: 'note', object_attributes: { id: 'x' } }, 'ignored'],
    [{ object_kind: 'work_item', project: null, object_attributes: { iid: 3 } }, 'ignored'],
    [{ text: 'a custom template' }, 'unreadable'],
    [[], 'unreadable'],
    [null, 'unreadable'],
    ['note', 'unreadable'],
  ])('%j is %s, with a reason', (payload, kind) => {
    const reading = parse(payload);
    expect(reading.kind).toBe(kind);
    expect('reason' in reading && reading.reason).toMatch(/\w{3}/);
  });
});

describe('isoDate', () => {
  it.each([
    ['2023-05-25 17:12:06 UTC', '2023-05-25T17:12:06.000Z'],
    ['2018-05-15 07:45:37 -0700', '2018-05-15T14:45:37.000Z'],
    ['2026-05-28T06:16:01.423Z', '2026-05-28T06:16:01.423Z'],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %s', (text, date) => {
    expect(isoDate(text)).toBe(date);
  });
});

describe('eventKey', () => {
  it('is the same for a comment however it is delivered, and another for another comment', () => {
    const [first] = events(notePayload('@claude-bot a'));
    const [again] = events(notePayload('@claude-bot a', { event_type: 'note', extra: 1 }));
    const [other] = events(notePayload('@claude-bot a', { note: { id: 9002 } }));
    if (!first || !again || !other) throw new Error('all three are events');
    expect(eventKey(again)).toBe(eventKey(first));
    expect(eventKey(other)).not.toBe(eventKey(first));
  });

  it('tells a second assignment from the first, whatever the format of the date', () => {
    const assigned = (updated_at: string) => {
      const changes = { assignees: { previous: [], current: [people.bot] } };
      const [event] = events(issuePayload({ issue: { updated_at }, changes }));
      if (event === undefined) throw new Error('it is an event');
      return eventKey(event);
    };
    expect(assigned('2026-03-02 10:00:00 UTC')).toBe(assigned('2026-03-02T10:00:00Z'));
    expect(assigned('2026-03-02 10:05:00 UTC')).not.toBe(assigned('2026-03-02 10:00:00 UTC'));
  });
});
