import { describe, expect, it } from 'vitest';
import type { Call, Event, Mention } from '../../src/events/event.ts';
import { Failure } from '../../src/runs/failures.ts';
import { mention } from '../builders/events.ts';
import { follow, setUp } from './set-up.ts';

const forbidden = () => new Failure('asking', { kind: 'permission', status: 403, detail: '403 Forbidden' });

describe('the reply at the end', () => {
  const replies = ({ notes }: ReturnType<typeof setUp>) =>
    notes.map(({ body }) => body).filter((body) => body.includes('beckon:done='));

  it('is not there unless the agent is set so', async () => {
    const scene = setUp();
    await scene.toTheEnd();
    expect(scene.notes).toHaveLength(1);
  });

  it('mentions who asked, in the thread, with the merge request', async () => {
    const scene = setUp({ notify: 'auto' });
    const run = await scene.toTheEnd();
    expect(replies(scene)).toEqual([
      `@alice The agent has finished: [!1](https://x/-/merge_requests/1)\n\n<!-- beckon:done=${run.id} -->`,
    ]);
    expect(new Set(scene.notes.map(({ discussionId }) => discussionId)).size).toBe(1);
  });

  it.each([
    ['failed', 'The agent has failed.'],
    ['canceled', 'The agent was cancelled.'],
  ])('says of a pipeline that is %s: %s', async (status, words) => {
    const scene = follow({ notify: 'auto' });
    await scene.takeUp();
    await scene.noteAfter(3_000, status);
    expect(replies(scene)).toEqual([expect.stringContaining(`@alice ${words}\n`)]);
  });

  it('is left out where the agent has answered, or where the note was deleted', async () => {
    const answered = follow({ notify: 'auto' });
    await answered.takeUp();
    const discussionId = answered.notes[0]?.discussionId ?? '';
    answered.notes.push({ id: 9_000, discussionId, own: true, body: 'Look here.' });
    await answered.noteAfter(3_000, 'success');
    expect(replies(answered)).toEqual([]);

    const deleted = follow({ notify: 'auto' });
    await deleted.takeUp();
    deleted.notes.splice(0);
    await deleted.noteAfter(3_000, 'success');
    expect(deleted.notes).toEqual([]);
  });

  it('is left out where a note was only written at the end', async () => {
    const scene = setUp({ notify: 'auto' });
    scene.members.set(5, 20);
    await scene.toTheEnd();
    expect(scene.notes).toHaveLength(1);
  });
});

describe('emoji on the comment that asked', () => {
  it('are not there unless the agent is set so', async () => {
    const { toTheEnd, calls } = setUp();
    await toTheEnd();
    expect(calls.filter((call) => call.includes('Reaction'))).toEqual([]);
  });

  it.each([
    ['success', 'white_check_mark'],
    ['failed', 'x'],
    ['canceled', 'x'],
  ])('are eyes, and after %s %s in their place', async (status, emoji) => {
    const { takeUp, noteAfter, ownReactions } = follow({ reactions: true });
    await takeUp();
    expect([...ownReactions]).toEqual(['eyes']);
    await noteAfter(3_000, status);
    expect([...ownReactions]).toEqual([emoji]);
  });

  it('fail no run', async () => {
    const { toTheEnd, double, note } = setUp({ reactions: true });
    double.failing((operation) =>
      operation.includes('Reaction') ? { when: 'before', error: forbidden() } : undefined,
    );
    await toTheEnd();
    expect(note()).toMatch(/It opened the merge request/);
  });
});

describe('the thread on a merge request', () => {
  const { note: _note, ...asked } = mention();
  const review: Call = {
    ...asked,
    kind: 'assign_reviewer',
    resource: {
      type: 'merge_request',
      iid: 12,
      title: 'Guests',
      url: 'https://x/-/merge_requests/12',
      sourceBranch: 'main',
      targetBranch: 'main',
      sourceProjectId: asked.project.id,
    },
  };

  /** Takes a run to its end; `write` may add notes to the thread of the progress note, which is unresolved. */
  async function through(event: Event, write: { own: boolean } | undefined) {
    const scene = follow({}, event);
    await scene.takeUp();
    const [first] = scene.notes;
    if (first === undefined) throw new Error('there is a note');
    if (write !== undefined) scene.notes.push({ ...first, id: 9_000, body: 'text', ...write });
    for (const { id } of scene.notes) scene.unresolved.add(id);
    await scene.noteAfter(3_000, 'success');
    return scene;
  }

  it('that Beckon began is resolved', async () => {
    const { calls, unresolved } = await through(review, undefined);
    expect(calls).toContain('resolveDiscussion');
    expect(unresolved.size).toBe(0);
  });

  it.each<[string, Event, { own: boolean } | undefined]>([
    ['a person wrote in it', review, { own: false }],
    ['the agent wrote in it', review, { own: true }],
    ['a person began it', { ...mention(), resource: review.resource } as Mention, undefined],
  ])('is left as it is where %s', async (_what, event, write) => {
    const { calls } = await through(event, write);
    expect(calls).not.toContain('resolveDiscussion');
  });
});
