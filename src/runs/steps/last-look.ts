import { isOperators } from '../../events/event.ts';
import { Failure } from '../failures.ts';
import { lookAtPerson, mayNotSee, maySee } from '../person.ts';
import { isInternal } from '../place.ts';
import type { GitLab } from '../ports.ts';
import type { Run } from '../run.ts';
import { refused } from './refuse.ts';
import type { StepTools } from './step.ts';

/**
 * Whether a run may still start its pipeline, as GitLab says at this moment: it may have waited for hours since it was
 * let in, somebody may have lost their role or the item have become confidential. Gives the run as confidential as its
 * `item` is now, with an outcome where it is refused. `item`: with GitLab's own keys.
 */
export async function lastLook(
  run: Run,
  item: Readonly<Record<string, unknown>> | undefined,
  tools: Pick<StepTools, 'gitlab' | 'trigger' | 'isLetIn' | 'overlooked'>,
): Promise<Run> {
  const { gitlab, trigger } = tools;
  const confidential = run.event.confidential || item?.confidential === true;
  const seen: Run = { ...run, event: { ...run.event, confidential } };
  if (confidential && !trigger.confidential) {
    return refused(seen, 'It is confidential, and the trigger does not say `confidential: true`.');
  }
  // The config wants it all the same; whoever runs Beckon is to know.
  if (confidential && !(await areJobsKept(seen, gitlab))) tools.overlooked(JOBS_ARE_OPEN);
  if (isOperators(run.event)) return seen;
  const look = await lookAtPerson(run.event, { ...tools, recent: false });
  // There is a note by now, which has to end with a reason.
  if (look.kind === 'refused') return refused(seen, look.error);
  if (item !== undefined && !maySee(look, { isInternal: isInternal(run.event), item })) {
    return refused(seen, mayNotSee(look.user).error);
  }
  return seen;
}

/** Guests read neither confidential items nor internal notes, so they must not read them in a job's log either. */
async function areJobsKept({ event }: Run, gitlab: GitLab): Promise<boolean> {
  return (await gitlab.projectState(event.project.id)).jobsOfReporters;
}

const JOBS_ARE_OPEN = new Failure('keeping a confidential run to those who may see it', {
  kind: 'permission',
  detail:
    'The logs of the jobs of this project are open to people who may not see it. A Maintainer can keep them to Reporters and above: Settings > CI/CD > General pipelines, clear "Project-based pipeline visibility".',
});
