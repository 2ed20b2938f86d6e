import { randomBytes } from 'node:crypto';

/** Characters of a secret that nobody may see, of any half of it. */
const TELLING = 12;

/** A secret that nobody can mistake for anything else. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(16).toString('hex');
}

/** What of the secrets stands in a text, by name and form: as it is, encoded, or a part of it, either way round. */
export function leaksIn(text: string, secrets: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(secrets).flatMap(([name, value]) => {
    const base64 = Buffer.from(value).toString('base64');
    const forms = {
      'its beginning': value.slice(0, TELLING),
      'its end': value.slice(-TELLING),
      'its beginning reversed': [...value].reverse().join('').slice(-TELLING),
      'its end reversed': [...value].reverse().join('').slice(0, TELLING),
      Base64: base64.slice(0, TELLING),
      // Behind a user or any other text it begins elsewhere in a group of three bytes.
      'Base64, by one': Buffer.from(` ${value}`)
        .toString('base64')
        .slice(2, TELLING + 2),
      'Base64, by two': Buffer.from(`  ${value}`)
        .toString('base64')
        .slice(3, TELLING + 3),
      'URL-encoded': encodeURIComponent(value).slice(0, TELLING),
      hexadecimal: Buffer.from(value)
        .toString('hex')
        .slice(0, 2 * TELLING),
    };
    return Object.entries(forms)
      .filter(([, form]) => text.includes(form))
      .map(([form, found]) => {
        const at = text.indexOf(found);
        return `${name}, ${form}: …${text.slice(Math.max(0, at - 120), at)}HERE`;
      });
  });
}
