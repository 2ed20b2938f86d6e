import { parseDuration } from './duration.ts';

/** How a rate is written: a whole number in every `s`, `m`, `h` or `d`. */
export const RATE = /^(\d{1,9})\/(s|m|h|d)$/;

/** `count` in every `per` milliseconds of a rate such as `20/h`; `undefined` for anything else. */
export function parseRate(text: string): { readonly count: number; readonly per: number } | undefined {
  const [, count, unit] = RATE.exec(text) ?? [];
  const per = unit === undefined ? undefined : parseDuration(`1${unit}`);
  return count === undefined || per === undefined ? undefined : { count: Number(count), per };
}
