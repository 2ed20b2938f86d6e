import { describe, expect, it } from 'vitest';
import { markerStart, noteMarker, readMarker } from '../../src/runs/marker.ts';

const id = 'r0123456789abcde';
const branchNamed = (name: string) => ({ id, branch: { name, commitId: 'c', target: 'main' } });

describe('the marker of a progress note', () => {
  it('names the branch only where it is not the one of the run', () => {
    expect(noteMarker({ id })).toBe(`<!-- beckon:run=${id} -->`);
    expect(noteMarker(branchNamed(`workloads/${id}`))).toBe(`<!-- beckon:run=${id} -->`);
    expect(noteMarker(branchNamed('workloads/rfedcba987654321'))).toBe(
      `<!-- beckon:run=${id} branch=workloads/rfedcba987654321 -->`,
    );
  });

  it('is read, and found by its start, in either form', () => {
    for (const branch of [`workloads/${id}`, 'workloads/rfedcba987654321']) {
      const body = `text\n\n${noteMarker(branchNamed(branch))}`;
      expect(readMarker(body)).toEqual({ runId: id, branch });
      expect(body).toContain(markerStart(id));
    }
  });

  it.each([
    'no marker',
    `<!-- beckon:run=${id} branch=main -->`,
    `<!-- beckon:run=${id} branch=workloads/../main -->`,
    '<!-- beckon:run=r1 -->',
    `<!-- beckon:run=${id} --> and more`,
  ])('is nothing else: %s', (body) => {
    expect(readMarker(body)).toBeUndefined();
  });
});
