import type { Finding } from '../setup/finding.ts';

/** What came of an act. */
export interface Done {
  /** One sentence. */
  readonly text: string;
  /** Address of the merge request that somebody has to merge. */
  readonly mergeRequest?: string;
}

/** One thing that a project needs: how it is, and who does what about it. */
export type Step =
  /** Nothing is to be done, but for the merging of what is offered already. */
  | { readonly kind: 'there'; readonly is: string; readonly mergeRequest?: string }
  /** Beckon does it. `will`: one sentence on what would change. */
  | { readonly kind: 'act'; readonly is: string; readonly will: string; readonly act: () => Promise<Done> }
  /** Only a person can: what, and on which page of GitLab. */
  | {
      readonly kind: 'person';
      readonly is: string;
      readonly remedy: string | undefined;
      readonly link: string | undefined;
    };

export function there(is: string, mergeRequest?: string): Step {
  return { kind: 'there', is, ...(mergeRequest === undefined ? {} : { mergeRequest }) };
}

export function person(is: string, remedy?: string, link?: string): Step {
  return { kind: 'person', is, remedy, link };
}

/** What is wrong becomes a person's; all else works. */
export function fromFinding({ state, text, remedy, link }: Finding): Step {
  return state === 'wrong' ? person(text, remedy, link) : there(text);
}
