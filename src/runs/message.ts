import type { Resource } from '../events/event.ts';
import { codeBlock, link, plainText, titleText } from '../lib/markdown.ts';
import { askerOf, betweenOf } from './asker.ts';
import { forkRemark, isFromFork } from './from-fork.ts';
import { noteMarker } from './marker.ts';
import type { RateAnswer } from './queue-ports.ts';
import type { Outcome, Run, Size, WaitingFor } from './run.ts';

/** Hidden in the reply that tells that a run is over. */
export function doneMarker(runId: string): string {
  return `<!-- beckon:done=${runId} -->`;
}

/** What the note says while the agent is being started. GitLab's own words. */
export const PROCESSING = '🔄 Processing the request and starting the agent...';

/** Asks for a Maintainer's consent to run what a fork brings. */
export function approvalText(commitId: string): string {
  return `⏸️ The merge request comes from a fork. A Maintainer of this project can have the agent run on its commit ${commitId} with a 👍 under this note, within 24 hours. The CI configuration and the code of that commit then run with the CI/CD variables of this project, so look at them first.`;
}

/** What the note says while runs that come first keep this one from starting. */
export function turnText(ahead: number): string {
  const others = ahead === 1 ? '1 run is' : `${ahead} runs are`;
  return `⏳ Waiting for its turn: ${others} ahead of this one.`;
}

/** Why a run is refused that comes too often, and when it would not be. */
export function tooOftenText(
  { name, rate, again }: Extract<RateAnswer, { kind: 'exceeded' }>,
  { account, resource }: { account: string; resource: Resource | undefined },
): string {
  const often = `${rate.count} in ${SPANS[rate.per] ?? `${rate.per / 1000} seconds`}`;
  const until = `${again.slice(0, 10)} ${again.slice(11, 16)} UTC`;
  const lift = `A Maintainer can end the pause before with a comment: @${account} resume`;
  switch (name) {
    case 'perObject': {
      const item = resource?.type === 'merge_request' ? 'merge request' : 'issue';
      return `Requests on this ${item} come too often (${often} is the limit), so it pauses here until ${until}. ${lift}`;
    }
    case 'perAgent':
      return `Requests to it come too often (${often} is the limit), so it pauses until ${until}. ${lift}`;
    case 'perUser':
      return `You have started as many runs as one person may (${often}). Try again after ${until}.`;
    case 'perProject':
      return `As many runs were started in this project as may be (${often}). Try again after ${until}.`;
    default:
      return name satisfies never;
  }
}

const SPANS: Readonly<Record<number, string>> = {
  1000: 'a second',
  60000: 'a minute',
  3600000: 'an hour',
  86400000: 'a day',
};

/** Why a run is refused for which agents have asked one another too often in a row. */
export function tooDeepText(account: string, limit: number): string {
  return `Agents have asked each other as often in a row as they may (limits.agentDepth of Beckon's config is ${limit}). People can ask @${account} themselves.`;
}

/** How a note links to that of another run. */
export function seeNote(url: string): string {
  return link('its note', url);
}

/** What the note says while the pipeline runs. GitLab's own words. */
export function startedText(pipelineUrl: string): string {
  return `✅ Agent has started. You can view the progress ${link('here', pipelineUrl)}.`;
}

/** What the note says while the pipeline waits for long. */
export function waitingText(waitingFor: WaitingFor, pipelineUrl: string): string {
  const pipeline = link('pipeline', pipelineUrl);
  switch (waitingFor) {
    case 'runner':
      return `⏳ No runner has taken the job yet. Is there one for this project that is online and has the job's tags? See the ${pipeline}.`;
    case 'resource':
      return `⏳ The job waits for a resource: another job of its resource group has to end first. See the ${pipeline}.`;
    case 'person':
      return `⏳ A job waits to be started by hand. Start it in the ${pipeline}, and the run goes on.`;
    default:
      return waitingFor satisfies never;
  }
}

function notStartedText(error: string): string {
  return `❌ Could not start the agent due to this error: ${plainText(error, 600)}`;
}

/** Beginnings of notes on runs that are under way. */
const UNDER_WAY = ['🔄', '⏳', '⏸️', '✅ Agent has started'];

/** Whether a progress note tells of a run that is under way. */
export function isOfRunUnderWay(body: string): boolean {
  return UNDER_WAY.some((beginning) => body.startsWith(beginning));
}

/** What the note of a run says that the queue has lost, instead of saying for ever that the agent has started. */
export function lostText(branch: string): string {
  return `❌ Beckon has lost track of this run, because its queue came back without its data. What the agent did, if anything, is on the branch \`${branch}\`. Ask again in this thread to go on from there.`;
}

/** What there is to tell beside the outcome: the address of the agent's own answer, and the last lines of its job. */
export interface Found {
  readonly answer?: string;
  readonly log?: string;
}

/** What the note says at the end. */
export function outcomeText(
  outcome: Outcome,
  pipelineUrl: string | undefined,
  { answer, log }: Found = {},
): string {
  const answered = answer === undefined ? '' : ` It ${link('answered', answer)}.`;
  const see = pipelineUrl === undefined ? '' : ` See the ${link('pipeline', pipelineUrl)}.`;
  const pipeline = `${answered}${see}`;
  switch (outcome.kind) {
    case 'merge_request':
      return `✅ Agent has finished. It ${outcome.updated ? 'updated' : 'opened'} the merge request ${link(`!${outcome.iid}`, outcome.url)}${sizeText(outcome.size)}.${pipeline}`;
    case 'branch':
      return `✅ Agent has finished. Its changes are on the branch \`${outcome.name}\`.${pipeline}`;
    case 'no_changes':
      return answer === undefined
        ? `✅ Agent has finished. It made no changes.${see}`
        : `✅ Agent has finished. It ${link('answered', answer)} and made no changes.${see}`;
    case 'failed': {
      const job = outcome.job === undefined ? '' : ` in the job ${link(outcome.job.name, outcome.job.url)}`;
      return `❌ Agent has failed${job}: ${plainText(outcome.reason)}.${pipeline}${log === undefined ? '' : `\n\n${codeBlock(log)}`}`;
    }
    case 'cancelled': {
      const by = outcome.by === undefined ? '' : ` by ${plainText(outcome.by)}`;
      return `🛑 Agent was cancelled${by}.${pipeline}`;
    }
    case 'timed_out':
      return `⌛ Agent ran longer than it may, and was stopped.${pipeline}`;
    case 'not_started':
      return notStartedText(outcome.error);
    case 'refused': {
      const see = outcome.see === undefined ? '' : ` See ${seeNote(outcome.see)}.`;
      return `${notStartedText(outcome.error)}${see}`;
    }
    default:
      return outcome satisfies never;
  }
}

/** What the reply says that tells of the end. */
export function doneText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'merge_request':
      return `The agent has finished: ${link(`!${outcome.iid}`, outcome.url)}`;
    case 'branch':
      return `The agent has finished: its changes are on the branch \`${outcome.name}\`.`;
    case 'no_changes':
      return 'The agent has finished. It made no changes.';
    case 'failed':
      return 'The agent has failed.';
    case 'cancelled':
      return 'The agent was cancelled.';
    case 'timed_out':
      return 'The agent ran longer than it may, and was stopped.';
    case 'not_started':
    case 'refused':
      return 'The agent could not be started.';
    default:
      return outcome satisfies never;
  }
}

function sizeText(size: Size | undefined): string {
  if (size === undefined) return '';
  const files = `${size.files} ${size.files === 1 ? 'file' : 'files'}`;
  return size.lines === undefined
    ? ` (${files})`
    : ` (${files}, +${size.lines.added} −${size.lines.removed})`;
}

/** A note's body: the text that people see, who stands behind a request that nobody made there, and the marker that nobody sees. */
export function noteBody(run: Run, text: string): string {
  const asker = plainText(askerOf(run, `@${run.event.actor.username}`));
  const asked = betweenOf(run) === undefined ? [] : [`Asked by ${asker}.`];
  return [text, ...asked, noteMarker(run)].join('\n\n');
}

/**
 * Title and description of the merge request that a run opens: who asked for what and where. Of what is
 * confidential only the number is told, because a merge request is seen by more people.
 */
export function mergeRequestText(
  run: Run,
  { draft }: { draft: boolean },
): { title: string; description: string } {
  const { agent, event } = run;
  const { actor, resource } = event;
  const who = plainText(askerOf(run, `${actor.name} (${actor.username})`));
  const made = `and the agent ${plainText(agent)} made it.`;
  const describe = (...parts: readonly string[]) => [...parts, noteMarker(run)].join('\n\n');
  const mark = draft ? 'Draft: ' : '';
  if (resource === undefined) {
    const did = event.kind === 'api' ? 'asked for this' : `set off ${plainText(event.kind)}`;
    const description = describe(`${who} ${did}, ${made}`);
    return { title: `${mark}Changes by ${agent}`, description };
  }
  const reference = `${resource.type === 'issue' ? '#' : '!'}${resource.iid}`;
  // Whoever assigns an issue to an agent wants it done with; a mention may ask for anything.
  const relation = event.kind === 'assign' && resource.type === 'issue' ? 'Closes' : 'Related to';
  if (event.confidential) {
    const description = describe(`Made by the agent ${plainText(agent)}.`, `${relation} ${reference}`);
    return { title: `${mark}Changes for ${reference}`, description };
  }
  const asked = event.kind === 'mention' ? link('asked for this', event.note.url) : 'asked for this';
  const request = event.kind === 'mention' ? [`> ${plainText(event.input, 500)}`] : [];
  return {
    title: `${mark}${resource.type === 'issue' ? 'Resolve' : 'Changes for'} "${titleText(resource.title, 200)}"`,
    description: describe(
      `${who} ${asked} on ${link(reference, resource.url)}, ${made}`,
      ...request,
      ...(isFromFork(event) ? [forkRemark(run)] : []),
      `${relation} ${reference}`,
    ),
  };
}
