import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePatterns, patternFault } from '../../src/lib/pattern.ts';

const EMPTY_SEGMENT =
  'has an empty segment: a full path neither begins nor ends with a slash, and has no two in a row';
const COVERS_NOTHING =
  'covers no project, because a full path has a slash: acme/** is everything in the group acme';
const STARS = '** stands alone between slashes, as in acme/** or **/docs';
const BRACE = 'has a brace without a partner, or without alternatives such as {web,api}';
const CHARACTER = 'has a character that stands neither in paths nor for a choice of them';
const INVALID = 'is not a valid glob: are the brackets closed, and their ranges in order?';

describe('compilePatterns', () => {
  it.each([
    [['acme/**'], 'acme/web/shop', true],
    [['acme/**'], 'acme/shop', true],
    [['acme/*'], 'acme/shop', true],
    [['acme/*'], 'acme/web/shop', false],
    [['*/*'], 'acme/shop', true],
    [['*/*'], 'acme/web/shop', false],
    [['acme/**'], 'acmex/shop', false],
    [['acme/**/docs'], 'acme/docs', true],
    [['acme/**/docs'], 'acme/web/shop/docs', true],
    [['acme/shop'], 'acme/shop2', false],
    [['acme/shop'], 'xacme/shop', false],
    [['acme/shop-*'], 'acme/shop-api', true],
    [['acme/v?'], 'acme/v2', true],
    [['acme/a.b'], 'acme/axb', false],
    [['acme/{web,api}/*'], 'acme/api/x', true],
    [['acme/{web,api}/*'], 'acme/app/x', false],
    [['acme/{a,{b,c}}'], 'acme/c', true],
    [['acme/team[1-3]'], 'acme/team2', true],
    [['acme/team[^1-3]'], 'acme/team2', false],
    [['**'], 'any/thing', true],
    [['ACME/**'], 'acme/Shop', true],
    [['acme/shop'], 'ACME/Shop', true],
    [['acme/**'], 'acme/.github', true],
    [['acme/*'], 'acme/.github', true],
    [['**'], '.hidden/.github', true],
    [['acme/**', '!acme/secret/*'], 'acme/secret/plans', false],
    [['acme/**', '!acme/Secret/*'], 'Acme/SECRET/plans', false],
    [['acme/**', '!acme/.secret/*'], 'acme/.secret/.x', false],
    [['!acme/secret/*', 'acme/**'], 'acme/secret/plans', false],
    [['acme/**', '!acme/secret/*', 'acme/secret/plans'], 'acme/secret/plans', false],
    [['acme/**', '!acme/secret/*'], 'acme/secret/deep/plans', true],
    [['acme/*', 'other/*'], 'other/x', true],
    [['**'], '', false],
  ])('%j on %s: %s', (patterns, path, matches) => {
    expect(compilePatterns(patterns)(path)).toBe(matches);
  });

  it.each([
    [[], 'names no project to include, only ones to exclude'],
    [['!acme/**'], 'names no project to include, only ones to exclude'],
    [['acme/**', '!acme/[z-a]'], `a pattern ${INVALID}`],
  ])('refuses %j', (patterns, message) => {
    expect(() => compilePatterns(patterns)).toThrow(message);
  });

  const piece = fc.constantFrom(
    'a',
    'b',
    'acme',
    '.',
    '-',
    '*',
    '**',
    '?',
    '/',
    '[',
    ']',
    '^',
    '{',
    '}',
    ',',
    '!',
  );
  const glob = fc.oneof(
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
    fc.string(),
  );
  const path = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
  );

  it('throws for a bad glob when it is compiled, and never when it is asked', () => {
    fc.assert(
      fc.property(fc.array(glob, { maxLength: 3 }), fc.array(path, { maxLength: 5 }), (patterns, paths) => {
        const hasFault = patterns.some((pattern) => patternFault(pattern) !== undefined);
        const canMatch = patterns.some((pattern) => !pattern.startsWith('!'));
        if (hasFault || !canMatch) expect(() => compilePatterns(patterns)).toThrow();
        else for (const each of paths) expect(typeof compilePatterns(patterns)(each)).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  it('keeps out what an exclusion names, wherever it stands', () => {
    const name = fc.stringMatching(/^[a-z0-9_.][a-z0-9_.-]{0,8}$/).filter((text) => !/^\.+$/.test(text));
    fc.assert(
      fc.property(fc.array(name, { minLength: 2, maxLength: 4 }), fc.boolean(), (names, isFirst) => {
        const fullPath = names.join('/');
        const patterns = isFirst ? [`!${fullPath}`, '**'] : ['**', `!${fullPath}`];
        expect(compilePatterns(['**'])(fullPath)).toBe(true);
        expect(compilePatterns(patterns)(fullPath)).toBe(false);
        expect(compilePatterns(patterns)(`${fullPath}x`)).toBe(true);
      }),
    );
  });
});

describe('patternFault', () => {
  it.each([
    ['', 'is empty'],
    ['!', 'is empty'],
    ['acme', COVERS_NOTHING],
    ['!acme', COVERS_NOTHING],
    ['*', COVERS_NOTHING],
    ['/acme/**', EMPTY_SEGMENT],
    ['!acme/secret/', EMPTY_SEGMENT],
    ['acme//shop', EMPTY_SEGMENT],
    ['acme**', STARS],
    ['acme/**-docs', STARS],
    ['acme/***', STARS],
    ['acme/{web', BRACE],
    ['acme/web}', BRACE],
    ['acme/{web}', BRACE],
    ['acme/v{1..3}', BRACE],
    ['acme/my shop', CHARACTER],
    ['https://gitlab.example.com/acme/*', EMPTY_SEGMENT],
    ['acme/shop,acme/web', CHARACTER],
    ['acme/(a|b)', CHARACTER],
    ['acme\\shop/x', CHARACTER],
    ['!!acme/shop', CHARACTER],
    ['acme/[!a]', CHARACTER],
    ['acme/[a', INVALID],
    ['acme/a]', INVALID],
    ['acme/[]', INVALID],
    ['acme/[z-a]', INVALID],
    [`acme/${'x'.repeat(500)}`, 'is longer than 500 characters'],
  ])('%j %s', (pattern, fault) => {
    expect(patternFault(pattern)).toBe(fault);
  });

  it.each(['**', '!acme/**', '**/docs', '{acme,other}/**', '{acme/**,other/x}', 'a-b_c.d/.e', 'acme/[a-c]*'])(
    'takes %s',
    (pattern) => {
      expect(patternFault(pattern)).toBeUndefined();
    },
  );
});
