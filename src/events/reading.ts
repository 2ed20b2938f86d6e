import type { Ending } from './ending.ts';
import type { Event, Project } from './event.ts';

/** A pipeline came to its end: whoever waits for it wants to look. */
export interface Settled {
  readonly branch: string;
  /** As the variables of the pipeline say it; anybody can have written that. */
  readonly runId: string | undefined;
  readonly pipeline: SettledPipeline | undefined;
}

/** What a delivery says of a pipeline that does nothing by itself any more. */
export interface SettledPipeline {
  readonly id: number;
  readonly project: Pick<Project, 'id' | 'path'>;
  /** As GitLab says it: success, failed, canceled, skipped, manual. */
  readonly status: string;
}

/** What a delivery holds. */
export type Reading =
  | {
      readonly kind: 'events';
      readonly events: readonly Event[];
      readonly settled?: Settled;
      /** The text of the comment under which somebody reacted. */
      readonly reactedTo?: string;
      readonly endings?: readonly Ending[];
    }
  /** A true delivery in which there is nothing to do. */
  | {
      readonly kind: 'ignored';
      readonly reason: string;
      readonly settled?: Settled;
      readonly endings?: readonly Ending[];
    }
  /** Not a payload of GitLab's. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export function ignored(reason: string): Extract<Reading, { kind: 'ignored' }> {
  return { kind: 'ignored', reason };
}

export const NO_PROJECT = ignored('The payload does not say which project it is from.');

/** A name out of the payload, short and on one line: the answer is shown in GitLab and in logs. */
export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
