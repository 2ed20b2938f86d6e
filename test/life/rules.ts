import type { Config } from '../../src/config/config.ts';
import { readRun } from '../../src/queue/run-data.ts';
import { Failure } from '../../src/runs/failures.ts';
import type { Outcome, Run } from '../../src/runs/run.ts';
import { STEP_NAMES } from '../../src/runs/steps/names.ts';
import { tooMany } from './claims.ts';
import type { World } from './gitlab.ts';
import type { Home, HomeListener, StoredJob } from './home.ts';

const SECOND = 1_000;
/** Of a run that has its turn and has not come to its end. */
const AT_WORK = STEP_NAMES.slice(STEP_NAMES.indexOf('note'), STEP_NAMES.indexOf('finish'));

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

interface Scene {
  readonly config: Pick<Config, 'limits'>;
  readonly home: Home;
  readonly world: World;
}

/** What must hold at every moment of a play. */
export function watchRules(scene: () => Scene, { isCalm }: { isCalm: boolean }) {
  let fault: string | undefined;
  const broken = (words: string): void => {
    fault ??= words;
  };
  /** Runs that GitLab refused something for good, or was away from for long. */
  const gaveUp = new Set<string>();
  /** Those of them that could not even clean up. */
  const notCleanedUp = new Set<string>();
  const seen = new Map<string, { readonly data: string; readonly run: Run }>();
  const counted: { readonly at: number; readonly run: Run }[] = [];
  const grantedAt = new Map<string, number>();
  const stoppedAt = new Map<string, number>();
  /** When they were taken up last, with a stop there and no outcome known. */
  const mustStop = new Map<string, number>();
  /** Two workers had them at once, and the first stood between a look and what it would make. */
  const doubled = new Set<string>();

  function runOf(job: StoredJob): Run | undefined {
    if (!/^r[0-9a-f]{15}$/.test(job.id)) return undefined;
    const before = seen.get(job.id);
    if (before?.data === job.data) return before.run;
    const run = readRun(JSON.parse(job.data));
    seen.set(job.id, { data: job.data, run });
    return run;
  }
  const runs = (): readonly Run[] => [...scene().home.jobs.values()].flatMap((job) => runOf(job) ?? []);
  const underWay = () =>
    runs().filter(({ id, finishedAt }) => finishedAt === undefined && !scene().home.jobs.get(id)?.finishedOn);

  /** Those under way; but what GitLab does not let us stop goes on, and two workers may have made two. */
  function pipelines() {
    const { world } = scene();
    return world.made.filter(
      (one) =>
        world.isUnderWay(one) &&
        !world.hasRefused('cancelPipeline', one.id) &&
        !notCleanedUp.has(one.runId) &&
        !doubled.has(one.runId),
    );
  }

  function keepsLimits(what: string, some: readonly Run[]): void {
    const over = tooMany(some, scene().config.limits.runs);
    if (over !== undefined) broken(`${what}: ${over}`);
  }

  const listener: HomeListener = {
    jobChanged(job) {
      const { home } = scene();
      if (job.id.startsWith('stop-') && job.state === 'waiting') stoppedAt.set(job.id.slice(5), Date.now());
      const run = runOf(job);
      if (run === undefined) return;
      keepsLimits(
        'runs at work',
        underWay().filter(({ step }) => AT_WORK.includes(step)),
      );
      if (!isCalm) return;
      const granted = grantedAt.get(run.id) ?? Number.POSITIVE_INFINITY;
      if (run.step === 'turn' && Date.now() - granted > 20 * SECOND)
        broken(`${run.id} learnt late that its turn had come`);
      const stop = stoppedAt.get(run.id);
      if (job.state !== 'completed') return;
      if (stop !== undefined && Date.now() - stop > 60 * SECOND) broken(`${run.id} was stopped late`);
      if (home.text()?.includes(run.id)) broken(`${run.id} has ended and kept its turn`);
    },
    jobTaken(job) {
      const run = runOf(job);
      if (run?.outcome !== undefined || run?.step === 'deliver' || run?.step === 'finish') return;
      if (run !== undefined && scene().home.jobs.has(`stop-${run.id}`)) mustStop.set(run.id, Date.now());
    },
    takenOver(id, from) {
      if (from.frozenAt() !== id) doubled.add(id);
    },
    turnsChanged(text) {
      const { active }: { active: readonly { id: string }[] } = JSON.parse(text);
      const ids = new Set(active.map(({ id }) => id));
      for (const id of ids) if (!grantedAt.has(id)) grantedAt.set(id, Date.now());
      keepsLimits(
        'turns',
        runs().filter(({ id }) => ids.has(id)),
      );
    },
  };

  return {
    /** The first rule that was broken, in words. */
    fault: () => fault,
    broken,
    listener,
    runs,
    gaveUp,
    notCleanedUp,
    mustStop,
    doubled,
    pipelines,
    onGaveUp(id: string, step: string, error: unknown) {
      gaveUp.add(id);
      if (step === 'deliver') notCleanedUp.add(id);
      const isOutside = error instanceof Failure && /403|429|502|no answer|queue|connect/.test(error.message);
      if (!isOutside && !doubled.has(id)) broken(`${id} gives up at ${step} for no reason: ${error}`);
    },
    pipelinesChanged() {
      const at = new Set(pipelines().map(({ runId }) => runId));
      keepsLimits(
        'pipelines under way',
        runs().filter(({ id }) => at.has(id)),
      );
    },
    /** A run was let in; the time of a fixed window can be cut by two of them. */
    onCounted(run: Run) {
      counted.push({ at: Date.now(), run });
      const { perObject, perAgent, perUser, perProject } = scene().config.limits.rate;
      const { project, resource, actor } = run.event;
      const ofObject = (other: Run) =>
        other.event.project.id === project.id &&
        other.event.resource?.type === resource?.type &&
        other.event.resource?.iid === resource?.iid;
      for (const [name, rate, is] of [
        ['perObject', perObject, ofObject],
        ['perAgent', perAgent, (other: Run) => other.agent === run.agent],
        ['perUser', perUser, (other: Run) => other.event.actor.id === actor.id],
        ['perProject', perProject, (other: Run) => other.event.project.id === project.id],
      ] as const) {
        const since = Date.now() - rate.per + 30 * SECOND;
        const those = new Set(
          counted.filter((one) => one.at > since && is(one.run)).map((one) => one.run.id),
        );
        if (those.size > 2 * rate.count) broken(`rate ${name}: ${those.size} runs`);
      }
    },
    /** A pause was ended: what was counted for it counts no more. */
    onResumed() {
      counted.length = 0;
    },
  };
}

export type Rules = ReturnType<typeof watchRules>;

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
