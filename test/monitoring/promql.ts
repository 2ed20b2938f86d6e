import { labelsOfMetrics } from '../observability/known-metrics.ts';

/** What Prometheus itself puts onto every series. */
const GIVEN = ['instance', 'job'];
const OURS = /\b(?:beckon|process|nodejs)_\w+/g;

const known = labelsOfMetrics();

/** The labels of a series by its name, which of a histogram may end in `_bucket`, `_sum` or `_count`. */
function labelsOf(series: string): readonly string[] | undefined {
  const declared = known.get(series);
  if (declared !== undefined) return declared;
  const histogram = known.get(series.replace(/_(?:bucket|sum|count)$/, ''));
  return histogram === undefined ? undefined : [...histogram, ...(series.endsWith('_bucket') ? ['le'] : [])];
}

/** The names of the program's metrics in a query. */
export function metricsIn(expression: string): readonly string[] {
  return [...new Set(expression.match(OURS) ?? [])];
}

/** What a query asks for that the program does not have, as a list of sentences. */
export function unknownIn(expression: string): readonly string[] {
  const names = metricsIn(expression);
  const all = new Set([...GIVEN, ...names.flatMap((name) => labelsOf(name) ?? [])]);
  const selected = [...expression.matchAll(/\b(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', inner = '']) =>
    [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => ({ name, label })),
  );
  const grouped = [...expression.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)]
    .flatMap(([, list = '']) => list.split(','))
    .map((label) => label.trim())
    .filter((label) => label !== '');
  return [
    ...(names.length === 0 ? ['names no metric of the program'] : []),
    ...names.filter((name) => labelsOf(name) === undefined).map((name) => `no metric ${name}`),
    ...selected
      .filter(({ name, label }) => ![...GIVEN, ...(labelsOf(name) ?? [])].includes(label))
      .map(({ name, label }) => `no label ${label} of ${name}`),
    ...grouped.filter((label) => !all.has(label)).map((label) => `no label ${label}`),
  ];
}
