import type { Outcome, Run } from '../../src/runs/run.ts';
import type { Rules, Scene } from './rules.ts';

/** What the last note says of each outcome. */
const SAID: Readonly<Record<Outcome['kind'], RegExp>> = {
  merge_request: /^✅ Agent has finished\. It (opened|updated) the merge request/,
  branch: /^✅ Agent has finished\. Its changes are on the branch/,
  no_changes: /^✅ Agent has finished\. It made no changes/,
  failed: /^❌ Agent has failed/,
  not_started: /^❌ Could not start the agent/,
  refused: /^❌ Could not start the agent/,
  cancelled: /^🛑 Agent was cancelled/,
  timed_out: /^⌛ Agent ran longer than it may/,
};

interface Ended extends Pick<Rules, 'runs' | 'broken' | 'gaveUp' | 'notCleanedUp' | 'mustStop' | 'doubled'> {
  readonly accepted: ReadonlySet<string>;
  /** Comments that asked for something once more. */
  readonly retries: number;
  /** How many comments with a command there are, by thread. */
  readonly commands: ReadonlyMap<string, number>;
}

/** What must hold when nothing is left to do. */
export function checkEnd(scene: Scene, ended: Ended): void {
  checkRuns(ended);
  for (const run of ended.runs()) checkRun(run, scene, ended);
  checkLeft(scene, ended);
}

/** What was asked for has become one run. */
function checkRuns({ runs, accepted, retries, broken }: Ended): void {
  const ids = new Set(runs().map(({ id }) => id));
  for (const id of accepted) if (!ids.has(id)) broken(`${id} was accepted and is gone`);
  const events = new Set<string>();
  for (const { id, retryOf, agent, event } of runs()) {
    if (retryOf !== undefined) continue;
    const what = event.kind === 'mention' ? event.note.id : `${event.resource?.url} ${event.happenedAt}`;
    if (events.has(`${agent} ${what}`)) broken(`${id} is a second run for the same event`);
    events.add(`${agent} ${what}`);
  }
  const again = runs().filter(({ retryOf }) => retryOf !== undefined);
  if (again.length > retries) broken(`${again.length} runs came of ${retries} comments that say retry`);
}

/** A run has ended, has said so once, and made things once. */
function checkRun(run: Run, { home, world }: Scene, { gaveUp, mustStop, doubled, broken }: Ended): void {
  const { notes } = world.double;
  const { id, outcome, finishedAt, step } = run;
  if (outcome === undefined || finishedAt === undefined) {
    broken(`${id} has not ended, and stands at ${step}`);
    return;
  }
  // A stop that cannot be read for a moment is heeded at the next step, if there is one.
  const canStop = (mustStop.get(id) ?? 0) > home.wasAwayUntil() && !gaveUp.has(id);
  if (canStop && outcome.kind !== 'cancelled') broken(`${id} was asked to stop and ended as ${outcome.kind}`);
  const own = notes.filter(({ body }) => body.includes(`beckon:run=${id} `));
  const isSilent = outcome.kind === 'refused' && outcome.silent;
  if (doubled.has(id)) return;
  if (own.length > 1) broken(`${id} has ${own.length} notes`);
  if (!isSilent && own.length === 0 && !gaveUp.has(id))
    broken(`${id} ended as ${outcome.kind} without a note`);
  if (own.length === 1 && !gaveUp.has(id) && !SAID[outcome.kind].test(own[0]?.body ?? ''))
    broken(`${id} ended as ${outcome.kind}, and its note says: ${own[0]?.body}`);
  if (notes.filter(({ body }) => body.includes(`beckon:done=${id} `)).length > 1)
    broken(`${id} told twice that it is over`);
  const pipelines = world.made.filter(({ runId }) => runId === id);
  if (pipelines.length > 1) broken(`${id} has ${pipelines.length} pipelines`);
}

/** Nothing is left of what runs need on their way. */
function checkLeft({ home, world }: Scene, { runs, commands, notCleanedUp, doubled, broken }: Ended): void {
  const { notes, branches, mergeRequests } = world.double;
  const ids = new Set(runs().map(({ id }) => id));
  for (const [name, commit] of branches) {
    if (name === 'main') continue;
    const id = name.replace('workloads/', '');
    const isLeft = world.hasRefused('deleteBranch', name) || notCleanedUp.has(id) || doubled.has(id);
    if (!ids.has(id)) broken(`the branch ${name} is of no run`);
    if (commit === 'c0' && !isLeft) broken(`the branch ${name} has no commits and was left`);
    const offered = mergeRequests.filter(({ sourceBranch }) => sourceBranch === name);
    if (offered.length > 1) broken(`the branch ${name} has ${offered.length} merge requests`);
  }
  for (const [discussion, said] of commands) {
    const answers = notes
      .filter(({ discussionId }) => discussionId === discussion)
      .flatMap(({ body }) => /beckon:command=(\w+)/.exec(body)?.[1] ?? [])
      .filter((id) => !doubled.has(id));
    if (answers.length > said) broken(`${said} commands have ${answers.length} answers: ${answers}`);
    if (new Set(answers).size < answers.length) broken(`a command was answered twice: ${answers}`);
  }
  const { active, waiting } = JSON.parse(home.text() ?? '{"active":[],"waiting":[]}');
  if (active.length + waiting.length > 0) broken(`turns were left: ${home.text()}`);
}
