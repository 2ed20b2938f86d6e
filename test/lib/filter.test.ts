import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter, FILTER_OPERATORS, type FilterRule } from '../../src/lib/filter.ts';

const data = {
  object_attributes: { status: 'failed', duration: 63, tag: false, note: null },
  labels: [{ title: 'bug' }, { title: 'ai' }],
};
const passes = (...rules: FilterRule[]) => compileFilter({ match: 'all', rules })(data);

describe('a filter', () => {
  it.each<[string, (typeof FILTER_OPERATORS)[number], unknown, boolean]>([
    ['object_attributes.status', 'eq', 'failed', true],
    ['object_attributes.status', 'eq', 'success', false],
    ['object_attributes.status', 'ne', 'success', true],
    ['object_attributes.tag', 'eq', false, true],
    ['object_attributes.note', 'eq', null, true],
    ['object_attributes.nothing', 'eq', null, true],
    ['object_attributes.nothing', 'eq', 'x', false],
    ['object_attributes.duration', 'gt', 60, true],
    ['object_attributes.duration', 'gt', '60', true],
    ['object_attributes.duration', 'lt', 60, false],
    ['object_attributes.status', 'gt', 60, false],
    ['object_attributes.status', 'contains', 'ail', true],
    ['object_attributes.status', 'not_contains', 'ail', false],
    ['object_attributes.status', 'in', ['failed', 'canceled'], true],
    ['object_attributes.status', 'not_in', ['failed', 'canceled'], false],
    ['labels.title', 'contains', 'ai', true],
    ['labels.title', 'contains', 'docs', false],
    ['labels.0.title', 'eq', 'bug', true],
    ['constructor.name', 'eq', 'Object', false],
  ])('%s %s %j: %s', (field, operator, value, passed) => {
    expect(passes({ field, operator, value })).toBe(passed);
  });

  it('joins rules and groups of rules', () => {
    const yes: FilterRule = { field: 'object_attributes.status', operator: 'eq', value: 'failed' };
    const no: FilterRule = { field: 'object_attributes.status', operator: 'eq', value: 'success' };
    expect(passes(yes, no)).toBe(false);
    expect(passes(yes, { match: 'any', rules: [no, yes] })).toBe(true);
    expect(passes(yes, { match: 'any', rules: [no, { match: 'all', rules: [yes, no] }] })).toBe(false);
  });

  it('never throws, whatever it is asked of', () => {
    const rule = fc.record({
      field: fc.constantFrom('a', 'a.b', 'a.0.c', '__proto__.x'),
      operator: fc.constantFrom(...FILTER_OPERATORS),
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.array(rule, { minLength: 1 }),
        fc.constantFrom('all' as const, 'any' as const),
        (value, rules, match) => {
          expect(typeof compileFilter({ match, rules })(value)).toBe('boolean');
        },
      ),
    );
  });
});
