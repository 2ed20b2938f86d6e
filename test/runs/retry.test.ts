import { describe, expect, it } from 'vitest';
import { Failure, type FailureKind } from '../../src/runs/failures.ts';
import { MAX_FAILURES, retryDelay } from '../../src/runs/retry.ts';

const failure = (kind: FailureKind, detail = 'x', retryAfter?: number) =>
  new Failure('asking', { kind, detail, retryAfter });

describe('retryDelay', () => {
  it('doubles, with up to half of it by chance, up to two minutes', () => {
    const delays = [1, 2, 3, 8, 11].map((failures) => retryDelay(failure('transient'), failures, () => 1));
    expect(delays).toEqual([1_000, 2_000, 4_000, 120_000, 120_000]);
    expect(retryDelay(failure('transient'), 3, () => 0)).toBe(2_000);
  });

  it('waits as long as GitLab asks for', () => {
    expect(retryDelay(failure('rate_limit', '429', 60_000), 1, () => 0)).toBe(60_000);
    expect(retryDelay(failure('rate_limit', '429', 10), 5, () => 0)).toBe(8_000);
  });

  it('gives up in the end', () => {
    expect(retryDelay(failure('transient'), MAX_FAILURES, () => 0)).toBeUndefined();
    expect(retryDelay(failure('transient'), MAX_FAILURES - 1, () => 0)).toBeDefined();
  });

  it.each([
    ['a missing right', failure('permission')],
    ['a thing that is gone', failure('gone')],
    ['a refusal', failure('refused', 'Insufficient permissions to set pipeline variables')],
    ['a fault of our own', new TypeError('x is undefined')],
  ])('does not repeat %s', (_what, error) => {
    expect(retryDelay(error, 1, () => 0)).toBeUndefined();
  });

  it('repeats refusals that pass by themselves', () => {
    const error = failure('refused', '400 Too many pipelines created in the last minute. Try again later.');
    expect(retryDelay(error, 1, () => 1)).toBe(1_000);
  });
});
