import { InvalidParameter } from './input.ts';

type Fields = Record<string, unknown>;

/** Reads a request body as GitLab does: JSON, a form, or a multipart form. */
export async function readBody(raw: Buffer, contentType: string | undefined): Promise<Fields> {
  if (raw.length === 0) return {};
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data') {
    const form = await new Response(new Uint8Array(raw), {
      headers: { 'content-type': contentType ?? '' },
    }).formData();
    return nested([...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }
  if (type === 'application/x-www-form-urlencoded')
    return nested([...new URLSearchParams(raw.toString('utf8'))]);
  let body: unknown;
  try {
    body = JSON.parse(raw.toString('utf8'));
  } catch {
    throw new InvalidParameter('The request body is not valid JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidParameter('The request body has to be an object');
  return body as Fields;
}

/** Reads `a[]=1&b[c]=2&d[][k]=3` the way Rack does. */
export function nested(pairs: readonly (readonly [string, string])[]): Fields {
  const result: Fields = {};
  for (const [name, value] of pairs) {
    const [first = '', ...rest] = name.replace(/\]/g, '').split('[');
    put(result, [first, ...rest], value);
  }
  return result;
}

function put(target: Fields, [key = '', next, ...rest]: readonly string[], value: string): void {
  if (next === undefined) {
    target[key] = value;
  } else if (next === '') {
    const items = (Array.isArray(target[key]) ? target[key] : []) as unknown[];
    target[key] = items;
    const [field] = rest;
    const last = items.at(-1) as Fields | undefined;
    if (field === undefined) items.push(value);
    else if (last === undefined || field in last) items.push({ [field]: value });
    else last[field] = value;
  } else {
    const inner = (typeof target[key] === 'object' && target[key] !== null ? target[key] : {}) as Fields;
    target[key] = inner;
    put(inner, [next, ...rest], value);
  }
}
