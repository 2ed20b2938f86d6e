import { type Finding, ok, unknown, wrong } from '../setup/finding.ts';
import { type Heard, hear, unheard } from './heard.ts';
import type { CheckedGitLab, ListedRunner, RunnerDetails } from './ports.ts';

/** Runners whose details are asked for until one fits. */
const MOST = 20;

/** What is known of who would take the agent's job. */
export interface RunnerFacts {
  readonly runners: Heard<readonly ListedRunner[]>;
  /** Of those that are online and not paused, the ones that were looked at until one fitted. */
  readonly looked: readonly { readonly name: string; readonly details: Heard<RunnerDetails> }[];
}

interface Job {
  /** Tags that its runner has to have. */
  readonly tags: readonly string[];
  /** Whether the branches of runs are protected. */
  readonly isProtected: boolean;
}

/** Asks for runners one after another, until one takes the job. */
export async function gatherRunners(
  gitlab: Pick<CheckedGitLab, 'runners' | 'runner'>,
  projectId: number,
  job: Job,
): Promise<RunnerFacts> {
  const runners = await hear(gitlab.runners(projectId));
  const looked: RunnerFacts['looked'][number][] = [];
  for (const { id, name } of 'is' in runners ? runners.is.filter(isReady).slice(0, MOST) : []) {
    const details = await hear(gitlab.runner(id));
    looked.push({ name, details });
    if ('is' in details && takes(details.is, job)) break;
  }
  return { runners, looked };
}

/** Whether a runner would take the agent's job now. */
export function findRunner({ runners, looked }: RunnerFacts, job: Job, url: string): Finding {
  if ('failure' in runners) return unheard('Runners', runners.failure);
  const link = `${url}/-/settings/ci_cd`;
  const taker = looked.find(({ details }) => 'is' in details && takes(details.is, job));
  const what = job.tags.length === 0 ? 'jobs without tags' : `the tags ${job.tags.join(', ')}`;
  if (taker !== undefined) return ok(`The runner ${taker.name} is online and takes ${what}.`);
  const ready = runners.is.filter(isReady);
  if (runners.is.length === 0)
    return wrong('The project has no runner.', 'Add one, or turn instance runners on, under Runners.', link);
  if (ready.length === 0)
    return wrong(
      `None of the ${runners.is.length} runners of the project is online and not paused.`,
      'Start one, or end its pause, under Runners.',
      link,
    );
  if (job.tags.some((tag) => tag.includes('$')) || ready.length > looked.length)
    return unknown(`Whether one of the ${ready.length} runners that are online takes ${what}.`);
  if (looked.some(({ details }) => 'failure' in details))
    return unknown(`Whether a runner that is online takes ${what}: not shown of all of them.`);
  return wrong(
    `No runner that is online takes ${what} on workloads/*.`,
    'Give one those tags, or the job other ones: below `.external-agent` in the file that includes it.',
    link,
  );
}

function isReady({ online, paused }: ListedRunner): boolean {
  return online && !paused;
}

function takes({ tags, takesUntagged, protectedOnly }: RunnerDetails, job: Job): boolean {
  if (protectedOnly && !job.isProtected) return false;
  return job.tags.length === 0 ? takesUntagged : job.tags.every((tag) => tags.includes(tag));
}
