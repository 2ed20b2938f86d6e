import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { interpolate } from '../../src/config/interpolate.ts';

function fill(text: string, env: Record<string, string> = {}, files: Record<string, string> = {}) {
  const document = parseDocument(text);
  const { issues } = interpolate(document, {
    env,
    folder: '/etc/beckon',
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) throw new Error(`EACCES: permission denied, open '${path}'`);
      return content;
    },
  });
  return { data: document.toJS() as unknown, issues };
}

describe('interpolate', () => {
  it.each([
    ['a: ${X}', { a: '1' }],
    ['a: x-${X}-${Y}-y', { a: 'x-1-two-y' }],
    ['a: "${X}"', { a: '1' }],
    ["a: '${X}'", { a: '1' }],
    ['a: |-\n  ${X}\n  ${Y}', { a: '1\ntwo' }],
    ['- ["${X}"]', [['1']]],
    ['a: $${X}', { a: '${X}' }],
    ['a: $$${X}', { a: '$${X}' }],
    ['a: $X $(X) {X}', { a: '$X $(X) {X}' }],
    ['a: ${EMPTY}', { a: '' }],
    ['a: &a ${X}\nb: *a', { a: '1', b: '1' }],
    ['${X}: b', { '${X}': 'b' }],
    ['a: 5', { a: 5 }],
  ])('%j', (text, data) => {
    expect(fill(text, { X: '1', Y: 'two', EMPTY: '' })).toEqual({ data, issues: [] });
  });

  it.each([
    ['one\n', 'one'],
    ['one\r\n', 'one'],
    ['one', 'one'],
    ['one\n\n', 'one\n'],
    ['one\ntwo\n', 'one\ntwo'],
    ['', ''],
  ])('puts in the file %j without its last line break', (content, a) => {
    expect(fill('a: ${file:run/token}', {}, { '/etc/beckon/run/token': content }).data).toEqual({ a });
    expect(fill('a: ${file:/run/token}', {}, { '/run/token': content }).data).toEqual({ a });
  });

  it('says which file cannot be read, and why', () => {
    expect(fill('a: [x, "${file:../token}"]').issues).toEqual([
      { path: ['a', 1], message: 'the file /etc/token cannot be read: EACCES: permission denied', offset: 7 },
    ]);
  });

  it('says all that is missing in one text', () => {
    const { issues } = fill('a: ${X} ${Y}');
    expect(issues.map(({ message }) => message)).toEqual([
      'the environment variable X is not set',
      'the environment variable Y is not set',
    ]);
  });

  it.each(['${}', '${X Y}', '${1X}', '${X:-y}', '${ X}'])('takes no reference such as %s', (reference) => {
    expect(fill(`a: "${reference}"`, { X: '1', Y: '2' }).issues).toHaveLength(1);
  });

  it('lets no value change the structure, or be looked into for more', () => {
    const nasty = fc.constantFrom(
      '\n',
      ': ',
      '- ',
      '"',
      "'",
      '#',
      '${Y}',
      '$&',
      '$1',
      '${file:x}',
      '*a',
      '{',
      '!',
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(nasty).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(value, fc.constantFrom('${X}', '"${X}"', "'${X}'"), (X, written) => {
        const { data, issues } = fill(`a: ${written}\nb: [${JSON.stringify('<${X}>')}]`, { X });
        expect(data).toEqual({ a: X, b: [`<${X}>`] });
        expect(issues).toEqual([]);
      }),
    );
  });
});
