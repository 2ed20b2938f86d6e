import { z } from 'zod';
import { FILTER_OPERATORS, type FilterGroup, type FilterRule, MAX_FILTER_DEPTH } from '../lib/filter.ts';

const Field = z
  .string()
  .regex(/^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/, 'is not the path of a field, such as object_attributes.status');
const Value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.number(), z.boolean()])),
]);

function rule(depth: number): z.ZodType<FilterRule> {
  const comparison = z
    .strictObject({
      field: Field.describe(
        'Path of a field of the payload, or `action`: what happened, by its name for triggers.',
      ),
      operator: z.enum(FILTER_OPERATORS).describe('How to compare.'),
      value: Value.optional().describe('What to compare with; a list for in and not_in.'),
    })
    .refine(
      ({ operator, value }) => !operator.endsWith('in') || Array.isArray(value),
      'needs a list as its value',
    );
  if (depth >= MAX_FILTER_DEPTH) return comparison;
  return z.union([
    comparison,
    z.strictObject({ type: z.literal('group').describe('Rules within rules.'), ...groupShape(depth + 1) }),
  ]);
}

function groupShape(depth: number) {
  return {
    match: z.enum(['all', 'any']).default('all').describe('Whether all of the rules must hold, or any.'),
    rules: z.array(rule(depth)).min(1, 'needs at least one rule').describe('Comparisons, or groups of them.'),
  };
}

/** What a trigger asks of the payload of one kind of event: GitLab's grammar, groups at most five deep. */
export const FilterFile: z.ZodType<FilterGroup, unknown> = z.strictObject(groupShape(1));
