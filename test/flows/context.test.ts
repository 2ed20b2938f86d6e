import { describe, expect, it } from 'vitest';
import { buildContext, type Comment, MAX_CONTEXT } from '../../src/flows/context.ts';

const comment = (number: number, body = `comment ${number}`): Comment => ({
  author: 'alice',
  createdAt: `2026-03-0${number}T10:00:00Z`,
  body,
});

describe('buildContext', () => {
  it('is the issue with its own keys and its comments in the order they were written', () => {
    const context = buildContext({
      type: 'issue',
      resource: { iid: 12, title: 'Broken', labels: ['bug'] },
      comments: [comment(2), comment(1)],
      diffs: [],
    });
    expect(JSON.parse(context)).toEqual({
      iid: 12,
      title: 'Broken',
      labels: ['bug'],
      issue_comments: [
        '@alice at 2026-03-01T10:00:00Z:\ncomment 1',
        '@alice at 2026-03-02T10:00:00Z:\ncomment 2',
      ],
    });
  });

  it('is the merge request with diff and comments, which say where in the diff they are', () => {
    const context = buildContext({
      type: 'merge_request',
      resource: { iid: 8 },
      comments: [{ ...comment(1), path: 'a.ts', line: 3 }],
      diffs: [{ oldPath: 'a.ts', newPath: 'a.ts', diff: '@@ -1 +1 @@\n-a\n+b\n' }],
    });
    expect(JSON.parse(context)).toEqual({
      iid: 8,
      diff: '--- a.ts\n+++ a.ts\n@@ -1 +1 @@\n-a\n+b\n',
      mr_comments: ['@alice at 2026-03-01T10:00:00Z on a.ts:3:\ncomment 1'],
    });
  });

  it('keeps the newest comments where the room is short, and says how many are missing', () => {
    const comments = [5, 4, 3, 2, 1].map((number) => comment(number, String(number).repeat(300)));
    const context = buildContext({ type: 'issue', resource: {}, comments, diffs: [] }, 1000);
    expect(Buffer.byteLength(context)).toBeLessThanOrEqual(1000);
    const kept = JSON.parse(context).issue_comments as string[];
    expect(kept[0]).toBe('[3 older comments left out by Beckon]');
    expect(kept.at(-1)).toContain('555');
    expect(kept).toHaveLength(3);
  });

  it.each([
    ['quotes and line breaks', '"\n\\'.repeat(100_000)],
    ['letters of several bytes', '你'.repeat(100_000)],
    ['control characters, which take six bytes each in JSON', '\u0001'.repeat(100_000)],
  ])('stays valid and within its limit for a description and a diff full of %s', (_what, text) => {
    const context = buildContext({
      type: 'merge_request',
      resource: { iid: 8, description: text },
      comments: [comment(1, text)],
      diffs: [{ oldPath: 'a', newPath: 'a', diff: text }],
    });
    expect(Buffer.byteLength(context)).toBeLessThanOrEqual(MAX_CONTEXT);
    const parsed = JSON.parse(context);
    expect(parsed.iid).toBe(8);
    expect(parsed.description).toMatch(/\[cut here by Beckon\]$/);
    expect(parsed.diff.length).toBeGreaterThan(1000);
  });
});
