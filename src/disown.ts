import type { Config } from './config/config.ts';
import { isUnderWay } from './events/read-ci.ts';
import { noteMarker, readMarker } from './runs/marker.ts';
import { isOfRunUnderWay, lostText } from './runs/message.ts';
import type { Clock, GitLab, GitLabOf, OwnNote } from './runs/ports.ts';
import type { Duty, RunQueue } from './runs/queue-ports.ts';

/** Milliseconds between two looks. */
const EVERY = 10 * 60_000;
/** How long a new store is taken for one that may have lost runs, in milliseconds; none runs for longer. */
const DOUBTFUL = 24 * 3_600_000;
/** Milliseconds that a note is left alone: another Beckon with the same accounts may be at work on its run. */
const GRACE = 30 * 60_000;

/**
 * Says in the notes of runs that the queue has lost that nothing more will come of them. Only looked for while the
 * store is new, as one is that came back without its data; costs one request for each agent and look then.
 */
export function createDisown({
  config,
  gitlabOf,
  queue,
  clock,
  onLost,
  onError,
}: {
  readonly config: Pick<Config, 'agents'>;
  readonly gitlabOf: GitLabOf;
  readonly queue: Pick<RunQueue, 'find' | 'bornAt'>;
  readonly clock: Clock;
  readonly onLost: (runId: string) => void;
  readonly onError: (error: unknown) => void;
}): Duty {
  async function isLost(note: OwnNote, marker: { runId: string; branch: string }, gitlab: GitLab) {
    if (!isOfRunUnderWay(note.body) || clock() - Date.parse(note.writtenAt) < GRACE) return false;
    if ((await queue.find(marker.runId)) !== undefined) return false;
    const [newest] = await gitlab.apiPipelines(note.place.project.id, marker.branch);
    return newest === undefined || !isUnderWay(newest.status);
  }

  async function lookAsAgent(gitlab: GitLab, after: string): Promise<void> {
    for (const note of await gitlab.ownNotes({ after })) {
      const marker = readMarker(note.body);
      if (marker === undefined || !(await isLost(note, marker, gitlab))) continue;
      const run = { id: marker.runId, branch: { name: marker.branch } };
      await gitlab.editNote(note.place, note.id, `${lostText(run.branch.name)}\n\n${noteMarker(run)}`);
      onLost(run.id);
    }
  }

  return {
    name: 'disown',
    every: EVERY,
    async work() {
      const bornAt = await queue.bornAt();
      if (clock() - bornAt > DOUBTFUL) return;
      const after = new Date(bornAt - 2 * DOUBTFUL).toISOString().slice(0, 10);
      // One agent's trouble, such as an expired token, is not the others'.
      for (const { name } of config.agents) await lookAsAgent(gitlabOf(name), after).catch(onError);
    },
  };
}
