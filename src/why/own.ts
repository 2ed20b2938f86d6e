import type { DeliveryRecord } from '../admin/deliveries.ts';
import { resultOf } from '../admin/view.ts';
import type { Config, Trigger } from '../config/config.ts';
import { noteUrl } from '../runs/place.ts';
import type { Run } from '../runs/run.ts';
import { runState } from '../runs/state.ts';
import { type Finding, ok, unknown, wrong } from '../setup/finding.ts';
import type { OwnFacts } from './facts.ts';
import type { Part } from './parts.ts';

/** Deliveries and runs that are told of, the newest. */
const MOST = 3;

/** Whether a trigger covers the project of what is asked about. */
export function findCovered(project: string, triggers: readonly Trigger[]): Part {
  const findings =
    triggers.length > 0
      ? [ok(`${project} is covered by the triggers ${triggers.map(({ name }) => name).join(', ')}.`)]
      : [
          wrong(
            `No trigger of the config covers the project ${project}.`,
            'Add it to the projects of a trigger.',
          ),
        ];
  return { about: 'project', findings };
}

/** The runs of the comment, or of the item where no comment is asked about. */
export function runsAskedFor({ asked: { noteId }, runs }: Pick<OwnFacts, 'asked' | 'runs'>): readonly Run[] {
  if (noteId === undefined) return runs;
  return runs.filter(
    ({ event, note }) => note?.id === noteId || (event.kind === 'mention' && event.note.id === noteId),
  );
}

/** Whether there is a run, and how it stands. */
export function findRuns(facts: Pick<OwnFacts, 'asked' | 'runs'>): Part {
  const found = runsAskedFor(facts);
  const [newest] = found;
  if (newest !== undefined) {
    const findings = found.slice(0, MOST).map((run) => ok(sentenceOf(run), showOf(run), noteUrl(run)));
    return { about: 'runs', findings, settles: { text: sentenceOf(newest), remedy: showOf(newest) } };
  }
  const others = facts.runs.slice(0, MOST).map(({ id }) => id);
  const what = facts.asked.noteId === undefined ? 'There is no run for it' : 'No run is for this comment';
  return {
    about: 'runs',
    findings: [
      unknown(others.length === 0 ? `${what}.` : `${what}; others of the item are ${others.join(', ')}.`),
    ],
  };
}

function sentenceOf(run: Run): string {
  const standing = [runState(run).replace('_', ' '), resultOf(run)].filter(Boolean).join(', ');
  const silent =
    run.outcome?.kind === 'refused' && run.outcome.silent ? ' Nobody was told of that, on purpose.' : '';
  return ended(`The run ${run.id} of ${run.agent} is for it: ${standing}`) + silent;
}

function showOf({ id }: Run): string {
  return `All that is known of it: beckon runs show ${id}`;
}

/** What a delivery was answered of late, trigger by trigger. */
export function findDeliveries({
  asked,
  deliveries,
  turnedAway,
}: Pick<OwnFacts, 'asked' | 'deliveries' | 'turnedAway'>): Part {
  const [newest] = deliveries;
  if (newest === undefined) {
    const last = turnedAway[0];
    const findings = [
      unknown(
        asked.noteId === undefined
          ? 'No delivery about it is among those of late.'
          : 'No delivery of this comment is among those of late.',
      ),
      ...(last === undefined
        ? []
        : [
            unknown(
              `Deliveries without an accepted secret were turned away, ${turnedAway.length} of late, the last at ${last}.`,
            ),
          ]),
    ];
    return { about: 'deliveries', findings };
  }
  const findings = deliveries.slice(0, MOST).flatMap(findDelivery);
  const settles = settledBy(deliveries);
  return { about: 'deliveries', findings, ...(settles === undefined ? {} : { settles }) };
}

function findDelivery(delivery: DeliveryRecord): readonly Finding[] {
  const { at, by, outcome, reason, runs, commands } = delivery;
  const came = `${by === 'todo' ? 'A To-Do item told of it' : 'It was delivered'} at ${at}`;
  const words = outcome.replace('_', ' ');
  if (outcome === 'accepted' || outcome === 'duplicate') {
    const told = [...runs, ...commands.map(({ name }) => name)].join(', ');
    return [ok(`${came} and answered with ${words}: ${told}.`)];
  }
  if (outcome !== 'ignored')
    return [
      wrong(
        `${came} and answered with ${words}: ${ended(reason ?? '')}`,
        'Have GitLab send it again, under Recent events of the webhook.',
      ),
    ];
  const objections = delivery.verdicts.filter((verdict) => verdict.reason !== '');
  return [
    wrong(`${came} and ignored: ${ended(reason ?? '')}`, 'Put that right, and write a new comment.'),
    ...objections.map((verdict) => wrong(`The trigger ${verdict.trigger} said: ${ended(verdict.reason)}`)),
  ];
}

/** Whatever else is amiss, something came of it. */
function settledBy(deliveries: readonly DeliveryRecord[]): Part['settles'] {
  const taken = deliveries.find(({ outcome }) => outcome === 'accepted' || outcome === 'duplicate');
  if (taken === undefined) return undefined;
  const [command] = taken.commands;
  if (command !== undefined)
    return { text: `It was taken at ${taken.at} as a command to ${command.agent}: ${command.name}.` };
  return {
    text: `It was taken at ${taken.at}, and its run ${taken.runs.join(', ')} is not kept any more.`,
    remedy: 'Runs are kept for retention.runs of the config; look for the answer in the thread.',
  };
}

function ended(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The triggers of the config that cover a project. */
export function triggersOf(project: string, { triggers }: Pick<Config, 'triggers'>): readonly Trigger[] {
  return triggers.filter(({ projects }) => projects.match(project));
}
