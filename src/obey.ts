import { ACCESS_LEVELS, type Config, type StopCause, type Trigger } from './config/config.ts';
import type { Command } from './runs/command.ts';
import { Failure } from './runs/failures.ts';
import type { IsLetIn } from './runs/named-users.ts';
import { hasOwnPath } from './runs/own-path.ts';
import { type Admitted, lookAtPerson, mayNotStop, mayStop } from './runs/person.ts';
import { isInternal, isOn } from './runs/place.ts';
import { planRetry } from './runs/plan.ts';
import type { Clock, GitLab, GitLabOf, Observer } from './runs/ports.ts';
import type { RunQueue, RunRates } from './runs/queue-ports.ts';
import { helpText, replyMarker, statusText } from './runs/replies.ts';
import type { Run } from './runs/run.ts';

/** Runs of an agent on one item that a command may be about, the newest. */
const MAX_RUNS = 20;

/** What became of a command. */
export interface Obeyed {
  readonly obeyed: boolean;
  /** Why it was not obeyed; the answer in the thread, unless whoever asked is met with silence. */
  readonly reason?: string;
  /** What is answered to a command that was obeyed; left out where what happens says enough. */
  readonly answer?: string;
  /** Ids of the runs that were stopped or started. */
  readonly runs?: readonly string[];
}

/** Hears what is decided about commands. */
export interface ObeyObserver extends Pick<Observer, 'queued'> {
  commanded(command: Command, what: Obeyed): void;
}

interface Tools {
  readonly config: Pick<Config, 'triggers' | 'webhook'>;
  readonly gitlabOf: GitLabOf;
  readonly isLetIn: IsLetIn;
  readonly queue: Pick<RunQueue, 'add' | 'list' | 'stop'>;
  readonly rates: Pick<RunRates, 'resume'>;
  readonly observer: ObeyObserver;
  readonly clock: Clock;
}

/**
 * Does what people ask of an agent's runs in a thread, or by ending what they are for. Rejects when GitLab or the
 * queue is away: then it is tried again, and does nothing twice.
 */
export function createObey(tools: Tools): (command: Command) => Promise<void> {
  const { config, gitlabOf, isLetIn, queue, observer } = tools;
  return async (command) => {
    const trigger = config.triggers.find(({ name }) => name === command.trigger);
    // Taken out of the config since.
    if (trigger === undefined) return;
    const gitlab = gitlabOf(command.agent);
    if (!(await hasOwnPath(command.project, { config, gitlab }))) return;
    const told = (what: Obeyed) => observer.commanded(command, what);
    const where = (run: Run) => run.agent === command.agent && isOn(run.event, command);
    // To stop, only what is under way counts, and it is to be quick.
    const runs = await queue.list({ limit: MAX_RUNS, where, unfinished: command.name === 'stop' });
    if (command.note === undefined) {
      const running = unfinished(runs);
      // Most of what is closed or unassigned is no business of ours.
      if (running.length > 0) told(await stop(running, command, queue));
      return;
    }
    const look = await lookAtPerson(command, { gitlab, trigger, isLetIn, recent: false });
    // Strangers, bots and people without the role get silence, as with a request.
    if (look.kind === 'refused') return told({ obeyed: false, reason: look.error });
    // Of who edited a comment the webhook tells no name.
    const { id, username, name } = look.user;
    const asked = { ...command, actor: { id, username, name } };
    const what = await obey(asked, { trigger, runs, look, tools });
    const answer = what.obeyed ? what.answer : what.reason;
    if (answer !== undefined) await reply(answer, command, gitlab);
    told(what);
  };
}

function unfinished(runs: readonly Run[]): readonly Run[] {
  return runs.filter((run) => run.finishedAt === undefined);
}

/** Of the thread where there are any, newest first; else those under way on the item. */
function meant(runs: readonly Run[], command: Command): readonly Run[] {
  const thread = command.note?.discussionId;
  const ofThread = runs.filter(
    ({ note, event }) =>
      thread !== undefined &&
      (note?.discussionId === thread || (event.kind === 'mention' && event.note.discussionId === thread)),
  );
  return ofThread.length > 0 ? ofThread : unfinished(runs);
}

async function obey(
  command: Command,
  { trigger, runs, look, tools }: { trigger: Trigger; runs: readonly Run[]; look: Admitted; tools: Tools },
): Promise<Obeyed> {
  const { queue, clock } = tools;
  const about = meant(runs, command);
  switch (command.name) {
    case 'help':
      return { obeyed: true, answer: helpText(trigger.agent.account) };
    case 'status': {
      // Of what is asked internally others are not told that it is.
      const shown = about.filter(({ event }) => command.note?.internal === true || !isInternal(event));
      const now = unfinished(shown).length > 0 ? unfinished(shown) : shown.slice(0, 1);
      return { obeyed: true, answer: statusText(now, clock()) };
    }
    case 'retry':
      return retry(command, about, tools);
    case 'resume':
      if (look.level < ACCESS_LEVELS.maintainer) return refused('Only a Maintainer can end a pause.');
      await tools.rates.resume(command);
      return { obeyed: true, answer: 'The pause is over. Ask again.' };
    case 'stop': {
      const running = unfinished(about);
      if (running.length === 0) return refused('There is nothing under way here that could be stopped.');
      const allowed = running.filter((run) => mayStop(look, run));
      return allowed.length > 0 ? stop(allowed, command, queue) : refused(mayNotStop(running));
    }
    default:
      return command.name satisfies never;
  }
}

function refused(reason: string): Obeyed {
  return { obeyed: false, reason };
}

async function stop(runs: readonly Run[], { actor, cause }: Command, queue: Tools['queue']): Promise<Obeyed> {
  const reason = cause === undefined ? '' : CAUSES[cause];
  for (const { id } of runs) await queue.stop(id, { by: actor.username, reason });
  return { obeyed: true, runs: runs.map(({ id }) => id) };
}

const CAUSES: Readonly<Record<StopCause, string>> = {
  unassign: 'who took back the assignment',
  review_removed: 'who took back the request for a review',
  close: 'who closed or merged it',
};

/** The last request of the thread once more, on behalf of who asks for it. */
async function retry(
  command: Command,
  about: readonly Run[],
  { queue, observer, clock }: Tools,
): Promise<Obeyed> {
  const [last] = about;
  if (last === undefined) return refused('There is nothing here that could be done once more.');
  // Done already, by a worker that could not say so any more.
  if (about.some((run) => isRetryFor(run, command))) return { obeyed: true };
  // Its note may say the end a moment before the run itself is over.
  if (last.outcome === undefined) return refused('It is under way already.');
  const { actor, id } = command;
  const run = planRetry(last, { mark: id, actor, now: clock() });
  const { duplicate } = await queue.add(run);
  if (!duplicate) observer.queued(run);
  return { obeyed: true, runs: [run.id] };
}

function isRetryFor(run: Run, { id }: Command): boolean {
  const { retryOf } = run;
  return retryOf !== undefined && planRetry({ ...run, id: retryOf }, { mark: id, now: 0 }).id === run.id;
}

/** Answers in the thread, once. */
async function reply(text: string, { id, project, resource, note }: Command, gitlab: GitLab): Promise<void> {
  const place = { project, resource };
  const marker = replyMarker(id);
  const body = `${text}\n\n${marker}`;
  const internal = note?.internal ?? false;
  const inThread = note?.discussionId === undefined ? {} : { discussionId: note.discussionId };
  try {
    if ((await gitlab.findNote(place, marker)) !== undefined) return;
    await gitlab.createNote(place, { body, internal, ...inThread });
  } catch (error) {
    // The thread or the item was deleted: there is nobody to tell.
    if (!(error instanceof Failure && error.kind === 'gone')) throw error;
  }
}
