/** One comparison of a field of the data, or a group of them. GitLab's own grammar of trigger filters. */
export type FilterRule =
  | { readonly field: string; readonly operator: FilterOperator; readonly value?: unknown }
  | FilterGroup;

export interface FilterGroup {
  readonly match: 'all' | 'any';
  readonly rules: readonly FilterRule[];
}

export const FILTER_OPERATORS = ['eq', 'ne', 'gt', 'lt', 'contains', 'not_contains', 'in', 'not_in'] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** GitLab nests groups no deeper. */
export const MAX_FILTER_DEPTH = 5;

export type Filter = (data: unknown) => boolean;

/** Compiles a group to one function. What cannot be compared is no match, as GitLab has it; it never throws. */
export function compileFilter({ match, rules }: FilterGroup): Filter {
  const filters = rules.map((rule) => ('rules' in rule ? compileFilter(rule) : compileRule(rule)));
  return match === 'all'
    ? (data) => filters.every((filter) => filter(data))
    : (data) => filters.some((filter) => filter(data));
}

function compileRule({ field, operator, value }: Exclude<FilterRule, FilterGroup>): Filter {
  const path = field.split('.');
  const compare = COMPARE[operator];
  return (data) => compare(valueAt(data, path), value);
}

const COMPARE: Readonly<Record<FilterOperator, (actual: unknown, wanted: unknown) => boolean>> = {
  eq: isSame,
  ne: (actual, wanted) => !isSame(actual, wanted),
  gt: (actual, wanted) => order(actual, wanted) > 0,
  lt: (actual, wanted) => order(actual, wanted) < 0,
  contains,
  not_contains: (actual, wanted) => !contains(actual, wanted),
  in: (actual, wanted) => Array.isArray(wanted) && wanted.some((one) => isSame(actual, one)),
  not_in: (actual, wanted) => Array.isArray(wanted) && !wanted.some((one) => isSame(actual, one)),
};

/** A field of the data by its dotted path; of a list, the fields of all its entries. */
function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (Array.isArray(value) && !/^\d+$/.test(key)) {
      const rest = path.slice(index);
      return value.map((entry) => valueAt(entry, rest));
    }
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** YAML writes `7` and `"7"`, and means the same. */
function isSame(actual: unknown, wanted: unknown): boolean {
  if (actual === null || actual === undefined) return wanted === null || wanted === undefined;
  if (typeof actual === 'object' || typeof wanted === 'object') return false;
  return String(actual) === String(wanted);
}

/** `NaN`, which is neither above nor below, where the two have no order. */
function order(actual: unknown, wanted: unknown): number {
  if (typeof actual === 'number' && (typeof wanted === 'number' || typeof wanted === 'string'))
    return actual - Number(wanted);
  if (typeof actual === 'string' && typeof wanted === 'string') {
    return actual === wanted ? 0 : actual < wanted ? -1 : 1;
  }
  return Number.NaN;
}

function contains(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(actual)) return actual.some((one) => isSame(one, wanted));
  return typeof actual === 'string' && typeof wanted === 'string' && actual.includes(wanted);
}
