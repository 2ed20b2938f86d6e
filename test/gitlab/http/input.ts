import type { Call } from './call.ts';

/** A parameter that GitLab turns down: 400 `{"error": "name is missing"}`. */
export class InvalidParameter extends Error {}

type Given = Pick<Call, 'input'>;

export function text(call: Given, name: string): string | undefined {
  const value = call.input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') throw new InvalidParameter(`${name} is invalid`);
  return String(value);
}

/** Like {@link text}, but it has to be there. */
export function requiredText(call: Given, name: string): string {
  const value = text(call, name);
  if (value === undefined) throw new InvalidParameter(`${name} is missing`);
  return value;
}

export function integer(call: Given, name: string): number | undefined {
  const value = text(call, name);
  if (value === undefined || value === '') return undefined;
  if (!/^-?\d+$/.test(value)) throw new InvalidParameter(`${name} is invalid`);
  return Number(value);
}

export function requiredInteger(call: Given, name: string): number {
  const value = integer(call, name);
  if (value === undefined) throw new InvalidParameter(`${name} is missing`);
  return value;
}

export function flag(call: Given, name: string): boolean | undefined {
  const value = text(call, name);
  if (value === undefined || value === '') return undefined;
  if (['true', '1', 't'].includes(value)) return true;
  if (['false', '0', 'f'].includes(value)) return false;
  throw new InvalidParameter(`${name} is invalid`);
}

/** A list: an array, or text with commas. */
export function list(call: Given, name: string): readonly string[] | undefined {
  const value = call.input[name];
  if (value === undefined || value === null) return undefined;
  const items = Array.isArray(value) ? value : String(value).split(',');
  return items.map((item) => String(item).trim()).filter((item) => item !== '');
}

export function integers(call: Given, name: string): readonly number[] | undefined {
  return list(call, name)?.map((item) => {
    if (!/^\d+$/.test(item)) throw new InvalidParameter(`${name} is invalid`);
    return Number(item);
  });
}

/** One of a few words. */
export function choice<const T extends string>(
  call: Given,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const value = text(call, name);
  if (value === undefined || value === '') return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new InvalidParameter(`${name} does not have a valid value`);
  return found;
}

/** Drops what is undefined, so that an absent parameter changes nothing. */
export function given<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
