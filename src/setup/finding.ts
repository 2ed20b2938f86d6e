/**
 * One thing that was looked at. `wrong`: something will not work; `risky`: it works, with a danger; `unknown`: it
 * cannot be known from here, and the text says why.
 */
export interface Finding {
  readonly state: 'ok' | 'wrong' | 'risky' | 'unknown';
  /** One sentence. */
  readonly text: string;
  /** One sentence on what a person has to do. */
  readonly remedy?: string;
  /** The page of GitLab on which to do it. */
  readonly link?: string;
}

type Told = (text: string, remedy?: string, link?: string) => Finding;

const told =
  (state: Finding['state']): Told =>
  (text, remedy, link) => ({
    state,
    text,
    ...(remedy === undefined ? {} : { remedy }),
    ...(link === undefined ? {} : { link }),
  });

export const ok = told('ok');
export const wrong = told('wrong');
export const risky = told('risky');
export const unknown = told('unknown');

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓', wrong: '✗', risky: '!', unknown: '?' };

/** The line of a finding, without its remedy. */
export function renderFinding({ state, text }: Finding): string {
  return `  ${MARKS[state]} ${text}`;
}

/** What to do about a finding, with the page on which to do it; nothing where there is no remedy. */
export function remediesOf({ remedy, link }: Finding): readonly string[] {
  if (remedy === undefined) return [];
  return [link === undefined ? remedy : `${remedy.replace(/\.$/, '')}: ${link}`];
}
