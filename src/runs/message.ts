import { link, plainText } from '../lib/markdown.ts';
import { oneLine } from '../lib/text.ts';
import type { Outcome, Run } from './run.ts';

/** Hidden in the progress note of a run, so that it is found again when an answer of GitLab's was lost. */
export function noteMarker(runId: string): string {
  return `<!-- beckon:run=${runId} -->`;
}

/** What the note says while the agent is being started. GitLab's own words. */
export const PROCESSING = '🔄 Processing the request and starting the agent...';

/** What the note says while runs that come first keep this one from starting. */
export function waitingText(ahead: number): string {
  const others = ahead === 1 ? '1 run is' : `${ahead} runs are`;
  return `⏳ Waiting for its turn: ${others} ahead of this one.`;
}

/** What the note says while the pipeline runs. GitLab's own words. */
export function startedText(pipelineUrl: string): string {
  return `✅ Agent has started. You can view the progress [here](${pipelineUrl}).`;
}

function notStartedText(error: string): string {
  return `❌ Could not start the agent due to this error: ${plainText(error, 600)}`;
}

/** What the note says at the end. */
export function outcomeText(outcome: Outcome, pipelineUrl: string | undefined): string {
  const pipeline = pipelineUrl === undefined ? '' : ` See the ${link('pipeline', pipelineUrl)}.`;
  switch (outcome.kind) {
    case 'merge_request':
      return `✅ Agent has finished. It opened the merge request ${link(`!${outcome.iid}`, outcome.url)}.${pipeline}`;
    case 'branch':
      return `✅ Agent has finished. Its changes are on the branch \`${outcome.name}\`.${pipeline}`;
    case 'no_changes':
      return `✅ Agent has finished. It made no changes.${pipeline}`;
    case 'failed': {
      const job = outcome.job === undefined ? '' : ` in the job ${link(outcome.job.name, outcome.job.url)}`;
      return `❌ Agent has failed${job}: ${plainText(outcome.reason)}.${pipeline}`;
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
      const see = outcome.see === undefined ? '' : ` See ${link('its note', outcome.see)}.`;
      return `${notStartedText(outcome.error)}${see}`;
    }
    default:
      return outcome satisfies never;
  }
}

/** A note's body: the text that people see, and the marker that they do not. */
export function noteBody(runId: string, text: string): string {
  return `${text}\n\n${noteMarker(runId)}`;
}

/**
 * Title and description of the merge request that a run opens: who asked for what and where. Of what is
 * confidential only the number is told, because a merge request is seen by more people.
 */
export function mergeRequestText(
  { agent, event, id }: Run,
  { draft }: { draft: boolean },
): { title: string; description: string } {
  const { actor, resource } = event;
  const who = `${plainText(actor.name)} (${plainText(actor.username)})`;
  const made = `and the agent ${plainText(agent)} made it.`;
  const describe = (...parts: readonly string[]) => [...parts, noteMarker(id)].join('\n\n');
  const mark = draft ? 'Draft: ' : '';
  if (resource === undefined) {
    const description = describe(`${who} set off ${plainText(event.kind)}, ${made}`);
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
    title: oneLine(
      `${mark}${resource.type === 'issue' ? 'Resolve' : 'Changes for'} "${resource.title}"`,
      240,
    ),
    description: describe(
      `${who} ${asked} on ${link(reference, resource.url)}, ${made}`,
      ...request,
      `${relation} ${reference}`,
    ),
  };
}
