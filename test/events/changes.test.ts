import { describe, expect, it } from 'vitest';
import { eventKey } from '../../src/events/key.ts';
import { parseDelivery } from '../../src/events/parse.ts';
import {
  issuePayload,
  mergeRequestPayload,
  notePayload,
  people,
  pipelinePayload,
  project,
} from '../builders/payloads.ts';

function read(payload: unknown) {
  const reading = parseDelivery({ event: undefined, payload });
  return reading.kind === 'events' ? reading.events : [];
}
const kinds = (payload: unknown) =>
  read(payload).map((event) => ('action' in event ? `${event.kind} ${event.action}` : event.kind));

const label = (title: string) => ({ id: 1, title, color: '#fff' });
const push = (fields: object = {}) => ({
  object_kind: 'push',
  ref: 'refs/heads/main',
  before: 'a'.repeat(40),
  after: 'b'.repeat(40),
  user_id: 5,
  user_username: 'alice',
  user_name: 'Alice Ito',
  project_id: 7,
  project,
  ...fields,
});
const emoji = (fields: object = {}) => ({
  object_kind: 'emoji',
  event_type: 'award',
  user: people.alice,
  project_id: 7,
  project,
  object_attributes: {
    id: 55,
    name: 'robot',
    awardable_type: 'Issue',
    created_at: '2026-03-02T10:00:00Z',
    action: 'award',
  },
  issue: issuePayload().object_attributes,
  ...fields,
});

describe('what happened to a merge request', () => {
  it.each([
    ['it was opened', { action: 'open' }, {}, ['merge_request created']],
    ['it was approved', { action: 'approved' }, {}, ['merge_request approved']],
    ['one of several approved it', { action: 'approval' }, {}, []],
    ['it was merged', { action: 'merge' }, {}, ['merge_request merged']],
    ['it was closed', { action: 'close' }, {}, []],
    [
      'its draft mark was taken off',
      {},
      { draft: { previous: true, current: false } },
      ['merge_request_ready ready'],
    ],
    [
      'the same by its older name',
      {},
      { work_in_progress: { previous: true, current: false } },
      ['merge_request_ready ready'],
    ],
    ['it became a draft', {}, { draft: { previous: false, current: true } }, []],
    [
      'it cannot be merged',
      { detailed_merge_status: 'conflict' },
      {},
      ['merge_request_code_conflict conflict'],
    ],
    [
      'the same of an older GitLab',
      { merge_status: 'cannot_be_merged' },
      {},
      ['merge_request_code_conflict conflict'],
    ],
    [
      'it waits for its pipeline',
      { detailed_merge_status: 'ci_must_pass', merge_status: 'cannot_be_merged' },
      {},
      [],
    ],
    [
      'two labels were added',
      {},
      { labels: { previous: [label('a')], current: [label('a'), label('ai'), label('b')] } },
      ['label ai', 'label b'],
    ],
    ['a label was removed', {}, { labels: { previous: [label('a')], current: [] } }, []],
    [
      'its description newly names somebody',
      {},
      { description: { previous: '@bob', current: '@bob @claude-bot' } },
      ['description'],
    ],
    [
      'its description says the same',
      {},
      { description: { previous: '@claude-bot', current: 'cc @claude-bot' } },
      [],
    ],
  ])('%s', (_what, mergeRequest, changes, wanted) => {
    expect(kinds(mergeRequestPayload({ mergeRequest, changes }))).toEqual(wanted);
  });
});

describe('what happened to an issue or another work item', () => {
  it.each([
    [
      'it was opened, with a label and a name in its description',
      { action: 'open', description: 'for @claude-bot' },
      {},
      ['description', 'label ai', 'work_item created'],
    ],
    [
      'its status changed',
      {},
      { status: { previous: { name: 'To do' }, current: { name: 'In progress' } } },
      ['work_item status_changed'],
    ],
    ['a label was added', {}, { labels: { previous: [], current: [label('ai')] } }, ['label ai']],
    ['its title changed', {}, { title: { previous: 'a', current: 'b' } }, []],
  ])('%s', (_what, issue, changes, wanted) => {
    const payload = issuePayload({ issue, changes, labels: [label('ai')] });
    expect(kinds(payload)).toEqual(wanted);
    expect(kinds({ ...payload, object_kind: 'work_item' })).toEqual(wanted);
  });

  it('hands over the number of the item', () => {
    expect(read(issuePayload({ issue: { action: 'open' } }))).toMatchObject([
      { kind: 'work_item', input: '12', actor: { username: 'alice' } },
    ]);
  });
});

describe('a pipeline', () => {
  it('hands over the whole payload, and belongs to its merge request where it has one', () => {
    const payload = pipelinePayload('main', 'failed');
    expect(read(payload)).toMatchObject([
      {
        kind: 'pipeline_hooks',
        action: 'failed',
        resource: undefined,
        input: JSON.stringify(payload),
        actor: { username: 'claude-bot' },
      },
    ]);
    const mergeRequest = mergeRequestPayload().object_attributes;
    expect(read({ ...payload, merge_request: mergeRequest })).toMatchObject([
      { resource: { type: 'merge_request', iid: 8 } },
    ]);
  });

  it('on a workload branch starts nothing, or agents would start agents for ever', () => {
    expect(read(pipelinePayload('workloads/anything', 'failed'))).toEqual([]);
  });
});

describe('a push', () => {
  it.each([
    ['to the default branch', {}, ['commit_to_default_branch pushed']],
    ['to another branch', { ref: 'refs/heads/topic' }, []],
    ['of a tag', { ref: 'refs/tags/main' }, []],
    ['that deletes the branch', { after: '0'.repeat(40) }, []],
  ])('%s', (_what, fields, wanted) => {
    expect(kinds(push(fields))).toEqual(wanted);
  });

  it('hands over the commit', () => {
    expect(read(push())).toMatchObject([
      { input: 'b'.repeat(40), resource: undefined, actor: { id: 5, username: 'alice' } },
    ]);
  });
});

describe('a reaction', () => {
  it.each([
    ['on an issue', {}, ['emoji robot']],
    ['on a comment', { note: { id: 9001, note: 'please fix' } }, ['emoji robot']],
    [
      'that was taken back',
      { event_type: 'revoke', object_attributes: { ...emoji().object_attributes, action: 'revoke' } },
      [],
    ],
    ['on a snippet', { issue: undefined }, []],
  ])('%s', (_what, fields, wanted) => {
    const payload: Record<string, unknown> = emoji(fields);
    expect(kinds(payload)).toEqual(wanted);
  });

  it('hands over the comment that it is on', () => {
    expect(read(emoji({ note: { id: 9001, note: 'please fix' } }))).toMatchObject([{ input: 'please fix' }]);
    expect(read(emoji())).toMatchObject([{ input: '12' }]);
  });
});

describe('an edited comment', () => {
  const edited = (fields: object = {}) =>
    notePayload('@claude-bot now', {
      note: { action: 'update', updated_at: '2026-03-02T10:00:20Z', ...fields },
    });

  it('is an act of its editor, of whom the payload tells the id only', () => {
    expect(read(edited({ updated_by_id: 8 }))).toMatchObject([
      { kind: 'mention', actor: { id: 8, username: '' }, happenedAt: '2026-03-02T10:00:20.000Z' },
    ]);
    expect(read(edited({ updated_by_id: 5 }))).toMatchObject([{ actor: { id: 5, username: 'alice' } }]);
  });

  it('is no act of anybody where GitLab does not say who edited it', () => {
    const reading = parseDelivery({ event: 'Note Hook', payload: edited() });
    expect(reading).toMatchObject({ kind: 'ignored', reason: expect.stringContaining('who edited it') });
  });

  it('is another event than the comment, and than the next edit', () => {
    const keys = [
      notePayload('@claude-bot now'),
      edited({ updated_by_id: 5 }),
      edited({ updated_by_id: 5, updated_at: '2026-03-02T10:00:40Z' }),
    ].map((payload) => {
      const [event] = read(payload);
      return event === undefined ? '' : eventKey(event);
    });
    expect(new Set(keys).size).toBe(3);
  });
});

describe('the key of what happened', () => {
  const key = (payload: unknown) => read(payload).map(eventKey).join();

  it.each([
    [
      'a merge request that is opened, whatever is delivered with it',
      mergeRequestPayload({ mergeRequest: { action: 'open' } }),
      mergeRequestPayload({ mergeRequest: { action: 'open', updated_at: '2026-03-02T10:00:09Z' } }),
      true,
    ],
    [
      'a conflict of the same commit, told again',
      mergeRequestPayload({ mergeRequest: { merge_status: 'cannot_be_merged', last_commit: { id: 'c1' } } }),
      mergeRequestPayload({
        mergeRequest: {
          merge_status: 'cannot_be_merged',
          last_commit: { id: 'c1' },
          updated_at: '2026-03-02T11:00:00Z',
        },
      }),
      true,
    ],
    [
      'a conflict of the next commit',
      mergeRequestPayload({ mergeRequest: { merge_status: 'cannot_be_merged', last_commit: { id: 'c1' } } }),
      mergeRequestPayload({ mergeRequest: { merge_status: 'cannot_be_merged', last_commit: { id: 'c2' } } }),
      false,
    ],
    [
      'the statuses of a pipeline',
      pipelinePayload('main', 'failed'),
      pipelinePayload('main', 'success'),
      false,
    ],
    [
      'a label that is added again later',
      issuePayload({ changes: { labels: { previous: [], current: [label('ai')] } } }),
      issuePayload({
        issue: { updated_at: '2026-03-02T10:09:00Z' },
        changes: { labels: { previous: [], current: [label('ai')] } },
      }),
      false,
    ],
    ['two pushes', push(), push({ after: 'c'.repeat(40) }), false],
  ])('%s', (_what, first, second, isSame) => {
    expect(key(first)).not.toBe('');
    expect(key(first) === key(second)).toBe(isSame);
  });
});
