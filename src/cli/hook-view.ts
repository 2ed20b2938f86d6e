import type { Hook, HookDelivery } from '../hooks/ports.ts';

/** Deliveries that are shown of a hook. */
const SHOWN = 5;

/** A hook of ours with its last deliveries, the newest first. */
export interface ListedHook {
  readonly hook: Hook;
  readonly deliveries: readonly HookDelivery[];
}

/** The hooks of a project for people. */
export function renderHooks(project: string, hooks: readonly ListedHook[]): string {
  if (hooks.length === 0) return `${project}: no webhook leads to Beckon.`;
  return [project, ...hooks.map(renderHook)].join('\n');
}

function renderHook({ hook, deliveries }: ListedHook): string {
  const until = hook.disabledUntil === undefined ? '' : ` until ${hook.disabledUntil}`;
  const last = deliveries.slice(0, SHOWN).map(({ event, status }) => `${event ?? 'delivery'} ${status}`);
  return [
    `  ${hook.state === 'executable' ? '✓' : '✗'} hook ${hook.id} ${hook.url}`,
    `      state   ${hook.state}${until}`,
    `      events  ${[...hook.events].sort().join(', ') || 'none'}`,
    `      last    ${last.join(', ') || 'no deliveries in the last seven days'}`,
  ].join('\n');
}

/** The hooks of a project as JSON. */
export function hooksJson(project: string, hooks: readonly ListedHook[]): object {
  return {
    project,
    hooks: hooks.map(({ hook, deliveries }) => ({
      id: hook.id,
      url: hook.url,
      state: hook.state,
      disabledUntil: hook.disabledUntil ?? null,
      events: [...hook.events].sort(),
      deliveries: deliveries
        .slice(0, SHOWN)
        .map(({ id, event, status, answer }) => ({ id, event: event ?? null, status, answer })),
    })),
  };
}
