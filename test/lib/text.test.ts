import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, cutBytes, oneLine } from '../../src/lib/text.ts';

describe('cutBytes', () => {
  it('leaves a text that fits as it is', () => {
    expect(cutBytes('héllo', 6, '…')).toBe('héllo');
  });

  it('cuts between characters and puts the mark there', () => {
    expect(cutBytes('hééé', 6, '#')).toBe('héé#');
    expect(cutBytes('🎉🎉', 7, '#')).toBe('🎉#');
  });

  it('always fits, and is always a start of the text with the mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, max) => {
        const cut = cutBytes(text, max, '#');
        expect(byteLength(cut)).toBeLessThanOrEqual(max);
        if (cut !== text) expect(text.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });
});

describe('oneLine', () => {
  it('folds white space and counts characters, not code units', () => {
    expect(oneLine(' a\n\n b\tc ', 10)).toBe('a b c');
    expect(oneLine('🎉🎉🎉', 2)).toBe('🎉…');
  });
});
