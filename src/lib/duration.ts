const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** How a duration is written: a whole number and `ms`, `s`, `m`, `h` or `d`. */
export const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

/** Milliseconds of a duration such as `90s`, `10m`, `2h` or `30d`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = DURATION.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS[unit] ?? Number.NaN);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
