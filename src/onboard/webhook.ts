import type { Config } from '../config/config.ts';
import { isOurs } from '../hooks/ours.ts';
import type { Hook } from '../hooks/ports.ts';
import { carryOutSync, planSync, syncWords, wantedHook } from '../hooks/sync.ts';
import { BeckonError } from '../lib/errors.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import type { Onboarding } from './ports.ts';
import { person, type Step, there } from './step.ts';

interface WebhookFacts {
  /** All of the project; `undefined`: they are shown to Maintainers only. */
  readonly hooks: readonly Hook[] | undefined;
  /** Of GitLab. */
  readonly version: string;
  readonly settings: ProjectSettings;
}

/** Has the webhook become what the triggers of the config need, as `beckon hook sync` does. */
export function planWebhook(
  gitlab: Pick<Onboarding, 'create' | 'update'>,
  config: Config,
  { hooks, version, settings }: WebhookFacts,
): Step {
  const { id, path, url } = settings;
  if (hooks === undefined)
    return person(
      'Webhooks are shown to Maintainers only.',
      'Set gitlab.token in the config to the token of a Maintainer of the project, or add the webhook by hand, as the README says',
      `${url}/-/hooks`,
    );
  try {
    const wanted = wantedHook(config, { project: path, version });
    const ours = hooks.filter((hook) => isOurs(hook.url, config.server.publicUrl));
    const plan = planSync(ours, wanted, { renewsSecret: false });
    if (plan.kind === 'nothing') return there(`The webhook ${plan.hook.id} has all that the triggers need.`);
    return {
      kind: 'act',
      is:
        plan.kind === 'create' ? 'No webhook leads to Beckon.' : 'The webhook is not what the triggers need.',
      will: syncWords(plan, undefined),
      act: async () => ({ text: syncWords(plan, await carryOutSync(plan, gitlab, id)) }),
    };
  } catch (error) {
    if (error instanceof BeckonError) return person(error.message, error.hint);
    throw error;
  }
}
