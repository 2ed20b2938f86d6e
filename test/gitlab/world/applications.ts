import { randomBytes } from 'node:crypto';
import type { WorldContext } from './context.ts';
import type { Application } from './records-people.ts';
import { nextId } from './state.ts';

export interface NewApplication {
  readonly name?: string;
  readonly redirectUris: readonly string[];
  readonly scopes?: readonly string[];
  /** Whether it has to prove itself with its secret; GitLab's default. */
  readonly confidential?: boolean;
}

/** Registers an application that may ask who somebody is. */
export function addApplication(input: NewApplication, { state }: WorldContext): Application {
  const application: Application = {
    id: nextId(state, 'applications'),
    name: input.name ?? 'application',
    clientId: randomBytes(32).toString('hex'),
    secret: `gloas-${randomBytes(32).toString('hex')}`,
    redirectUris: input.redirectUris,
    scopes: input.scopes ?? ['openid'],
    confidential: input.confidential ?? true,
  };
  state.applications.set(application.id, application);
  return application;
}
