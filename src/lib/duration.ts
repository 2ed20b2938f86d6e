const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a duration such as `90s`, `10m`, `2h` or `30d`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** `count` in every `per` milliseconds of a rate such as `20/h`; `undefined` for anything else. */
export function parseRate(text: string): { readonly count: number; readonly per: number } | undefined {
  const [, count, unit] = /^(\d{1,9})\/(s|m|h|d)$/.exec(text) ?? [];
  const per = UNITS[unit ?? ''];
  return count === undefined || per === undefined ? undefined : { count: Number(count), per };
}
