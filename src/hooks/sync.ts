import type { Config } from '../config/config.ts';
import { secretsFor } from '../config/webhook-secrets.ts';
import { BeckonError } from '../lib/errors.ts';
import { isAtLeast } from '../lib/version.ts';
import { neededEvents } from './needed-events.ts';
import { hookUrl } from './ours.ts';
import type { Hook, HookEvent, HookSettings, Webhooks } from './ports.ts';

/** Since then a hook can have a signing token, and GitLab tells whether it has tokens. */
const SIGNING_SINCE = [19, 0] as const;

/** What the hook of a project has to be. */
export type WantedHook = Omit<HookSettings, 'events'> & { readonly events: ReadonlySet<HookEvent> };

/** What has to be done to a project's hooks. */
export type SyncPlan =
  | { readonly kind: 'create'; readonly settings: HookSettings }
  | {
      readonly kind: 'update';
      readonly hook: Hook;
      readonly settings: HookSettings;
      /** For people. */
      readonly changes: readonly string[];
    }
  | { readonly kind: 'nothing'; readonly hook: Hook };

/**
 * What the config asks of the hook of a project: only the events that its triggers need, and the first secret of each
 * kind. Fails with a {@link BeckonError} where the config does not say enough. `version`: GitLab's.
 */
export function wantedHook(
  { server, triggers, webhook }: Pick<Config, 'server' | 'triggers' | 'webhook'>,
  { project, version }: { readonly project: string; readonly version: string },
): WantedHook {
  const covering = triggers.filter(({ projects }) => projects.match(project));
  if (covering.length === 0)
    throw new BeckonError(
      'no_trigger',
      `No trigger of the config covers ${project}, so it needs no webhook.`,
    );
  if (server.publicUrl === undefined)
    throw new BeckonError('no_public_url', 'The config does not say where GitLab reaches Beckon.', {
      hint: 'Set server.publicUrl, such as https://beckon.example.com.',
    });
  const { secretTokens, signingTokens } = secretsFor(webhook, project);
  const [token] = secretTokens;
  const signingToken = isAtLeast(version, SIGNING_SINCE) ? signingTokens[0] : undefined;
  if (token === undefined && signingToken === undefined)
    throw new BeckonError(
      'no_secret',
      `This GitLab (${version}) has no signing tokens, which came with 19.0.`,
      {
        hint: 'Add a secret to webhook.secretTokens: `openssl rand -hex 32` makes a good one.',
      },
    );
  return {
    url: hookUrl(server.publicUrl),
    events: neededEvents(covering),
    ...(token === undefined ? {} : { token }),
    ...(signingToken === undefined ? {} : { signingToken }),
  };
}

/**
 * What makes the first of our hooks what it has to be. GitLab never shows a secret, so secrets are written where there
 * is none, and with `renewsSecret`.
 */
export function planSync(
  ours: readonly Hook[],
  wanted: WantedHook,
  { renewsSecret }: { readonly renewsSecret: boolean },
): SyncPlan {
  const [hook] = ours;
  if (hook === undefined) {
    // GitLab has pushes on unless told otherwise.
    const events = new Map([['push', false], ...onAll(wanted.events)] as const);
    return { kind: 'create', settings: { ...wanted, events } };
  }
  const { url } = hook;
  const missing = [...wanted.events].filter((event) => !hook.events.has(event));
  // `repository_update_events` is shown, and cannot be set.
  const needless = [...hook.events].filter(
    (event) => !wanted.events.has(event as HookEvent) && event !== 'repository_update',
  );
  const { token, signingToken } = wanted;
  const writesToken = token !== undefined && (renewsSecret || hook.hasToken === false);
  const writesSigningToken = signingToken !== undefined && (renewsSecret || hook.hasSigningToken === false);
  const changes = [
    ...missing.map((event) => `${event}_events on`),
    ...needless.map((event) => `${event}_events off`),
    ...(hook.verifiesTls ? [] : ['SSL verification on']),
    ...(writesToken ? ['secret token written'] : []),
    ...(writesSigningToken ? ['signing token written'] : []),
  ];
  if (changes.length === 0) return { kind: 'nothing', hook };
  const events = new Map([...onAll(missing), ...needless.map((event) => [event, false] as const)]);
  const secrets = { ...(writesToken ? { token } : {}), ...(writesSigningToken ? { signingToken } : {}) };
  return { kind: 'update', hook, changes, settings: { url, events, ...secrets } };
}

/** Does what a plan says, and gives the hook as it is then. */
export async function carryOutSync(
  plan: SyncPlan,
  gitlab: Pick<Webhooks, 'create' | 'update'>,
  projectId: number,
): Promise<Hook> {
  switch (plan.kind) {
    case 'create':
      return gitlab.create(projectId, plan.settings);
    case 'update':
      return gitlab.update(projectId, plan.hook.id, plan.settings);
    case 'nothing':
      return plan.hook;
    default:
      return plan satisfies never;
  }
}

/** A plan for people. `done`: the hook as it is now; `undefined`: nothing was done yet. */
export function syncWords(plan: SyncPlan, done: Hook | undefined): string {
  const tense = done === undefined ? 'would be' : 'is';
  switch (plan.kind) {
    case 'create': {
      const events = [...plan.settings.events].flatMap(([event, isOn]) => (isOn ? [event] : []));
      const name = done === undefined ? 'a hook' : `hook ${done.id}`;
      return `${name} ${tense} added: ${plan.settings.url} with ${events.sort().join(', ')}.`;
    }
    case 'update':
      return `hook ${plan.hook.id} ${tense} changed: ${plan.changes.join(', ')}.`;
    case 'nothing':
      return `nothing to change in hook ${plan.hook.id}.`;
    default:
      return plan satisfies never;
  }
}

function onAll(events: Iterable<HookEvent>): readonly (readonly [string, boolean])[] {
  return [...events].map((event) => [event, true]);
}
