import type { Repository, Runner } from '../ports.ts';
import type { DomainEvent } from './events.ts';
import type { Project } from './records-project.ts';
import type { State } from './state.ts';

/** What every rule of the world works with. */
export interface WorldContext {
  readonly state: State;
  readonly now: () => Date;
  /** Tells the listeners, webhooks among them. */
  readonly emit: (event: DomainEvent) => void;
  /** The instance's address without a trailing slash, with its sub-path. */
  readonly url: () => string;
  /** The GitLab version that is played, as `18.9.0`. */
  readonly version: string;
  readonly openRepository: (project: Project) => Promise<Repository>;
  /** Without one, a pipeline has one job that a test moves by hand. */
  readonly runner: Runner | undefined;
  /** Jobs that run at the moment. */
  readonly background: Set<Promise<void>>;
  /** Whether a push starts a pipeline of its own, as GitLab's does. */
  readonly pushPipelines: boolean;
  /** Whether a webhook that fails ever again is switched off: GitLab's feature flag `auto_disabling_web_hooks`. */
  readonly disablesHooks: boolean;
}
