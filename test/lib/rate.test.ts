import { describe, expect, it } from 'vitest';
import { parseRate } from '../../src/lib/rate.ts';

describe('parseRate', () => {
  it.each([
    ['5/s', { count: 5, per: 1_000 }],
    ['1/m', { count: 1, per: 60_000 }],
    ['20/h', { count: 20, per: 3_600_000 }],
    ['100/d', { count: 100, per: 86_400_000 }],
  ])('reads %s', (text, expected) => {
    expect(parseRate(text)).toEqual(expected);
  });

  it.each(['', '20', '20/', '/h', 'h/20', '20/w', '20/ms', '20 / h', '1.5/h', '-1/h', '20/h\n'])(
    'does not read %j',
    (text) => {
      expect(parseRate(text)).toBeUndefined();
    },
  );
});
