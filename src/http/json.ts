import type { Skimmed } from '../triggers/skim.ts';

/** Whether a `Content-Type` is JSON, also by a suffix as in `application/cloudevents+json`. */
export function isJson(contentType: string | undefined): boolean {
  return contentType === 'application/json' || /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType ?? '');
}

/** `undefined` where it is no JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What is said of deliveries that are skimmed is mostly the same. */
const jsons = new WeakMap<Skimmed, string>();

export function jsonOf(skimmed: Skimmed): string {
  const json = jsons.get(skimmed) ?? JSON.stringify(skimmed);
  jsons.set(skimmed, json);
  return json;
}
