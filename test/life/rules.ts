import type { Config } from '../../src/config/config.ts';
import { readRun } from '../../src/queue/run-data.ts';
import { Failure, Interruption } from '../../src/runs/failures.ts';
import { MAX_FAILURES } from '../../src/runs/retry.ts';
import type { Run } from '../../src/runs/run.ts';
import { STEP_NAMES } from '../../src/runs/steps/names.ts';
import { tooMany } from './claims.ts';
import type { World } from './gitlab.ts';
import type { Home, HomeListener, StoredJob } from './home.ts';

const SECOND = 1_000;
/** Of a run that has its turn and has not come to its end. */
const AT_WORK = STEP_NAMES.slice(STEP_NAMES.indexOf('note'), STEP_NAMES.indexOf('finish'));

/** What the rules are about. */
export interface Scene {
  readonly config: Pick<Config, 'limits'>;
  readonly home: Home;
  readonly world: World;
}

function isOutside(error: unknown): boolean {
  return error instanceof Failure && /403|429|502|no answer|queue|connect/.test(error.message);
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
  /** How often something outside had a step of a run fail in a way that passes. */
  const hindered = new Map<string, number>();
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
    onRetrying(id: string, error: unknown) {
      if (isOutside(error)) hindered.set(id, (hindered.get(id) ?? 0) + 1);
    },
    onGaveUp(id: string, step: string, error: unknown) {
      gaveUp.add(id);
      if (step === 'deliver') notCleanedUp.add(id);
      const cutOff = scene().home.jobs.get(id)?.stalls ?? 0;
      const isWornOut = error instanceof Interruption && cutOff + (hindered.get(id) ?? 0) >= MAX_FAILURES;
      if (!isOutside(error) && !isWornOut && !doubled.has(id))
        broken(`${id} gives up at ${step} for no reason: ${error}`);
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
