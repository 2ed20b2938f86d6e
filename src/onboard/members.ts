import { ACCESS_LEVELS } from '../config/config.ts';
import type { AgentFact } from '../setup/facts.ts';
import { findRole } from '../setup/findings.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import type { Onboarding } from './ports.ts';
import { fromFinding, person, type Step } from './step.ts';

/** Has an agent's account become a Developer; `isMaintainer`: whether whoever asks may do that. */
export async function planMember(
  gitlab: Pick<Onboarding, 'account' | 'makeDeveloper'>,
  settings: ProjectSettings,
  { agent, isMaintainer }: { readonly agent: AgentFact; readonly isMaintainer: boolean },
): Promise<Step> {
  const { account } = agent;
  const found = await gitlab.account(account);
  if (found === undefined)
    return person(
      `GitLab has no account ${account}.`,
      'Add it, under Settings > Service accounts of the project or its group, or correct the account of the agent in the config.',
    );
  if (!found.active)
    return person(
      `${account} is blocked in GitLab, so it can do nothing.`,
      'Have an administrator unblock it, under Admin > Users, or name another account in the config.',
    );
  const finding = findRole(agent, settings);
  if ((agent.level ?? 0) >= ACCESS_LEVELS.developer || !isMaintainer) return fromFinding(finding);
  return {
    kind: 'act',
    is: finding.text,
    will: `${account} would be made Developer.`,
    async act() {
      await gitlab.makeDeveloper(settings.id, found.id);
      return { text: `${account} is Developer now.` };
    },
  };
}
