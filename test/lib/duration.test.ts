import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/lib/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '10',
    'm',
    '1.5h',
    '-1s',
    '1 h',
    ' 1h',
    '1h ',
    '1w',
    '1H',
    '1h30m',
    '1h\n',
    '1e3s',
    '9999999999s',
  ])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  it.each([
    [-5, '0s'],
    [499, '0s'],
    [45_200, '45s'],
    [59_999, '1m'],
    [725_000, '12m 5s'],
    [10_800_000, '3h'],
    [10_805_000, '3h'],
    [187_200_000, '2d 4h'],
  ])('writes %d as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
