import { describe, expect, it } from 'vitest';
import { readAddress } from '../../src/why/address.ts';

const GITLAB = 'https://gitlab.example.com';
const issue = { project: 'acme/web/shop', type: 'issue', iid: 3, noteId: undefined };

describe('an address', () => {
  it.each([
    ['/acme/web/shop/-/issues/3', issue],
    ['/acme/web/shop/-/issues/3#note_900', { ...issue, noteId: 900 }],
    ['/acme/web/shop/-/work_items/3#note_900', { ...issue, noteId: 900 }],
    ['/acme/web/shop/issues/3', issue],
    ['/acme/web/shop/-/issues/3/designs?x=1#discussion', issue],
    [
      '/acme/web/shop/-/merge_requests/8/diffs?commit_id=1#note_7',
      { ...issue, type: 'merge_request', iid: 8, noteId: 7 },
    ],
  ])('%s is read', (path, asked) => {
    expect(readAddress(` ${GITLAB}${path} `, GITLAB)).toEqual({ asked });
    expect(readAddress(`${GITLAB}/git${path}`, `${GITLAB}/git`)).toEqual({ asked });
  });

  it.each([
    ['nonsense', /not the address of a page/],
    ['javascript:alert(1)', /not the address of a page/],
    ['https://gitlab.com/acme/web/shop/-/issues/3', /another GitLab than https:\/\/gitlab\.example\.com/],
    [`${GITLAB}/acme/web/shop/-/pipelines/3`, /names no issue/],
    [`${GITLAB}/acme/web/shop`, /names no issue/],
    [`${GITLAB}/groups/acme/-/work_items/3`, /item of a group/],
  ])('%s is none', (address, text) => {
    expect(readAddress(address, GITLAB)).toEqual({
      fault: { state: 'wrong', text: expect.stringMatching(text), remedy: expect.any(String) },
    });
  });

  it('below another sub-path is of another GitLab', () => {
    const read = readAddress(`${GITLAB}/acme/shop/-/issues/3`, `${GITLAB}/git`);
    expect(read).toMatchObject({ fault: { text: expect.stringContaining('another GitLab') } });
  });
});
