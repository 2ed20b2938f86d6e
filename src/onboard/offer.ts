import { BeckonError } from '../lib/errors.ts';
import { lookAtOffer, offerMergeRequest } from '../setup/merge-request.ts';
import type { Change } from '../setup/plan.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import type { Onboarding } from './ports.ts';
import { person, type Step, there } from './step.ts';

/** Has a change be offered by a merge request, unless it is. `is`: what is wrong without it. */
export async function planOffer(
  gitlab: Onboarding,
  settings: ProjectSettings,
  { is, change }: { readonly is: string; readonly change: Change },
): Promise<Step> {
  try {
    const { isThere, open } = await lookAtOffer(gitlab, { settings, change });
    if (isThere && open !== undefined)
      return there(`${is} The merge request for it is open: ${open.url}`, open.url);
    const verb = open === undefined ? 'opened' : 'brought up to date';
    return {
      kind: 'act',
      is,
      will: `the merge request "${change.title}" would be ${verb}.`,
      async act() {
        const { url, outcome } = await offerMergeRequest(gitlab, { settings, change });
        return { text: `The merge request "${change.title}" is ${outcome}: ${url}`, mergeRequest: url };
      },
    };
  } catch (error) {
    if (error instanceof BeckonError) return person(`${is} ${error.message}`, error.hint);
    throw error;
  }
}
