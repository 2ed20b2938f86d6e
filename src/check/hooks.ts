import type { Config } from '../config/config.ts';
import { neededEvents } from '../hooks/needed-events.ts';
import { isOurs } from '../hooks/ours.ts';
import type { Hook, HookDelivery } from '../hooks/ports.ts';
import type { Tested } from '../hooks/revive.ts';
import { type Finding, ok, risky, unknown, wrong } from '../setup/finding.ts';
import type { ProjectSettings } from '../setup/ports.ts';

/** What is known of the webhooks of a project. */
export interface HookFacts {
  /** Those that lead to Beckon. */
  readonly hooks: readonly Hook[];
  /** The newest delivery of the first of them, of the last seven days. */
  readonly last: HookDelivery | undefined;
  /** What came of test deliveries, where they were wanted. */
  readonly tested?: Tested | undefined;
}

/** The webhooks of a project that lead to us. */
export function ourHooks(hooks: readonly Hook[], { server }: Pick<Config, 'server'>): readonly Hook[] {
  return hooks.filter(({ url }) => isOurs(url, server.publicUrl));
}

/** Holds a project's webhooks to what its triggers need. */
export function findHooks(
  { hooks, last, tested }: HookFacts,
  { path, url }: Pick<ProjectSettings, 'path' | 'url'>,
  { triggers, catchUp }: Pick<Config, 'triggers' | 'catchUp'>,
): readonly Finding[] {
  const link = `${url}/-/hooks`;
  const sync = `Register it by hand, or by \`beckon hook sync ${path}\``;
  const [hook, ...others] = hooks;
  if (hook === undefined) {
    return [
      catchUp.todos === undefined
        ? wrong('No webhook leads to Beckon, so nothing starts an agent.', sync, link)
        : risky(
            'No webhook leads to Beckon: it hears of requests minutes later, by To-Do items.',
            sync,
            link,
          ),
    ];
  }
  const needed = neededEvents(triggers.filter(({ projects }) => projects.match(path)));
  const missing = [...needed].filter((event) => !hook.events.has(event));
  return [
    ...(others.length === 0
      ? []
      : [risky(`${hooks.length} webhooks lead to Beckon; one is enough.`, 'Delete the others.', link)]),
    findState(hook, { path, link }),
    missing.length === 0
      ? ok('The webhook has all events that the triggers need.')
      : wrong(`The webhook does not have the events ${missing.join(', ')}.`, sync, link),
    tested === undefined ? findLast(last, { path, link }) : findTested(tested, link),
  ];
}

function findState(hook: Hook, { path, link }: { path: string; link: string }): Finding {
  if (hook.state === 'executable') return ok('The webhook is on.');
  const until = hook.disabledUntil === undefined ? '' : ` until ${hook.disabledUntil}`;
  return wrong(
    `GitLab switched the webhook off${until}, because deliveries failed.`,
    `Its recent events say why; \`beckon hook test ${path}\` switches it on again`,
    link,
  );
}

function findTested(tested: Tested, link: string): Finding {
  if (tested.kind === 'arrived') return ok('A test delivery reaches Beckon.');
  const remedy = 'GitLab has to reach `server.publicUrl`; the recent events of the webhook say what it met';
  return wrong(`A test delivery does not reach Beckon: ${tested.reason}.`, remedy, link);
}

function findLast(last: HookDelivery | undefined, { path, link }: { path: string; link: string }): Finding {
  if (last === undefined) {
    return unknown(
      'No delivery is known, so nor is whether GitLab reaches Beckon.',
      `\`beckon check --deliver ${path}\` has it send a test delivery`,
      link,
    );
  }
  const { status } = last;
  if (/^[23]/.test(status)) return ok(`Its last delivery was answered with ${status}.`);
  if (status === '401')
    return wrong(
      'Its last delivery was refused with 401: it has another secret than the config.',
      'Write the secret anew, by `beckon hook sync --secret` or by hand',
      link,
    );
  return wrong(`Its last delivery failed: ${status}.`, 'Its recent events say what was answered', link);
}
