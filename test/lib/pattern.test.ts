import { describe, expect, it } from 'vitest';
import { parseDuration, parseRate } from '../../src/lib/duration.ts';
import { compilePatterns } from '../../src/lib/pattern.ts';

describe('compilePatterns', () => {
  it.each([
    [['acme/**'], 'acme/web/shop', true],
    [['acme/**'], 'acme/shop', true],
    [['acme/*'], 'acme/web/shop', false],
    [['acme/**'], 'acmex/shop', false],
    [['ACME/**'], 'acme/Shop', true],
    [['acme/**', '!acme/secret/*'], 'acme/secret/plans', false],
    [['!acme/secret/*', 'acme/**'], 'acme/secret/plans', false],
    [['acme/**', '!acme/secret/*'], 'acme/secret/deep/plans', true],
    [['**'], 'any/thing', true],
    [['acme/**'], 'acme/.github', true],
    [['acme/shop'], 'acme/shop2', false],
  ])('%j on %s: %s', (patterns, path, matches) => {
    expect(compilePatterns(patterns)(path)).toBe(matches);
  });

  it.each([[[]], [['!acme/**']], [['']], [['acme/[a-']]])('refuses %j when it is compiled', (patterns) => {
    expect(() => compilePatterns(patterns)).toThrow();
  });
});

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['500ms', 500],
  ])('reads %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(['', '10', 'm', '1.5h', '-1s', '1 h', '1w'])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('parseRate', () => {
  it('reads 20/h', () => expect(parseRate('20/h')).toEqual({ count: 20, per: 3_600_000 }));
  it.each(['20', '20/', 'h/20', '20/w'])('does not read %j', (text) =>
    expect(parseRate(text)).toBeUndefined(),
  );
});
