import type { STOP_CAUSES } from '../config/config.ts';
import type { Person, Project, Resource } from './event.ts';

/** Something in GitLab that ends what a run was for. */
export interface Ending {
  readonly cause: (typeof STOP_CAUSES)[number];
  readonly project: Project;
  readonly resource: Resource;
  readonly actor: Person;
  /** ISO 8601. */
  readonly happenedAt: string | undefined;
  /** Usernames in lower case of the accounts that it is about; `undefined`: all of them. */
  readonly accounts: readonly string[] | undefined;
}
