import { Failure } from '../../src/runs/failures.ts';
import type { GitLab, Pipeline } from '../../src/runs/ports.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';
import type { Machine } from './machine.ts';
import { failureOf, type Trouble } from './trouble.ts';

/** How the pipeline of a run fares. */
export interface Fate {
  readonly end: 'commits' | 'nothing' | 'failed' | 'never';
  /** Milliseconds until then. */
  readonly ms: number;
  /** Whether a webhook tells of it. */
  readonly told: boolean;
}

/** A pipeline and the run that it is of. */
export interface RunPipeline {
  readonly id: number;
  readonly runId: string;
  readonly ref: string;
  readonly projectId: number;
}

export interface GitLabListener {
  /** A pipeline was made, or has another status. */
  pipelinesChanged(): void;
  settled(pipeline: RunPipeline, status: string): void;
}

const UNDER_WAY = new Set(['created', 'running']);

/**
 * GitLab for several agents and projects, with pipelines that have a life of their own. A call takes its time, and
 * what is asked for happens in the middle of it.
 */
export function createWorld({
  fates,
  paces,
  listener,
}: {
  fates: readonly Fate[];
  /** Milliseconds that calls take, one way, in turn. */
  paces: readonly number[];
  listener: GitLabListener;
}) {
  const double = gitlabDouble();
  const made: RunPipeline[] = [];
  const authors = new Map<number, string>();
  const refused = new Set<string>();
  let awayUntil = 0;
  let calls = 0;

  const statusOf = (id: number) => double.pipelines.find((one) => one.id === id)?.status ?? 'gone';
  const isUnderWay = ({ id }: RunPipeline) => UNDER_WAY.has(statusOf(id));

  function change(pipeline: RunPipeline, status: string, { told }: { told: boolean }): void {
    const stored = double.pipelines.find(({ id }) => id === pipeline.id);
    if (stored === undefined || !UNDER_WAY.has(stored.status)) return;
    Object.assign(stored, { status });
    listener.pipelinesChanged();
    if (told && !UNDER_WAY.has(status)) listener.settled(pipeline, status);
  }

  function live(pipeline: RunPipeline, { end, ms, told }: Fate): void {
    setTimeout(() => change(pipeline, 'running', { told: false }), ms / 2);
    if (end === 'never') return;
    setTimeout(() => {
      if (!isUnderWay(pipeline)) return;
      if (end === 'commits' && double.branches.has(pipeline.ref))
        double.branches.set(pipeline.ref, `c${pipeline.id}`);
      change(pipeline, end === 'failed' ? 'failed' : 'success', { told });
    }, ms);
  }

  function portOf(account: string): GitLab {
    const port = double.gitlab;
    return {
      ...port,
      account: async () => ({ ...(await port.account()), username: account }),
      async createNote(place, note) {
        const written = await port.createNote(place, note);
        authors.set(written.id, account);
        return written;
      },
      async thread(place, id) {
        const thread = await port.thread(place, id);
        const comments = thread?.comments.map((one) => ({
          ...one,
          author: authors.get(one.id) ?? one.author,
        }));
        return thread === undefined ? undefined : { ...thread, comments: comments ?? [] };
      },
      async createPipeline(projectId, wanted) {
        const pipeline = await port.createPipeline(projectId, wanted);
        const runId = wanted.variables.find(({ key }) => key === 'AI_FLOW_ID')?.value ?? '';
        const { id } = pipeline;
        const createdAt = new Date().toISOString();
        Object.assign(pipeline, { status: 'created', createdAt });
        const ofRun = { id, runId, ref: wanted.ref, projectId };
        made.push(ofRun);
        live(ofRun, fates[(made.length - 1) % fates.length] ?? { end: 'commits', ms: 1_000, told: true });
        listener.pipelinesChanged();
        return { ...pipeline };
      },
      apiPipelines: async (projectId, ref) =>
        (await port.apiPipelines(projectId, ref)).map((one) => ({ ...one })),
      // The double has the agent push when it is read; here it does at the end of its pipeline.
      async pipeline(_projectId, id): Promise<Pipeline | undefined> {
        const stored = double.pipelines.find((one) => one.id === id);
        return stored === undefined ? undefined : { ...stored };
      },
      async cancelPipeline(projectId, id) {
        await port.cancelPipeline(projectId, id);
        const pipeline = made.find((one) => one.id === id);
        if (pipeline !== undefined) change(pipeline, 'canceled', { told: true });
      },
    };
  }

  /** GitLab as an agent's account sees it from one process. */
  function gitlabOf(account: string, machine: Machine): GitLab {
    const port = portOf(account);
    const asked =
      (operation: keyof GitLab) =>
      (...given: readonly unknown[]) => {
        const effect = async () => {
          if (Date.now() < awayUntil)
            throw new Failure('asking', { kind: 'transient', status: 502, detail: '502' });
          return (port[operation] as (...args: readonly unknown[]) => Promise<unknown>)(...given);
        };
        calls += 1;
        const failed = (trouble: Trouble) => {
          const [, what] = given;
          if (trouble.what === 'refused') refused.add(`${operation} ${what}`);
          return failureOf(trouble);
        };
        const ms = paces[calls % paces.length] ?? 50;
        return machine.call(operation, effect, { ms, failed });
      };
    const names = Object.keys(port) as (keyof GitLab)[];
    return Object.fromEntries(names.map((name) => [name, asked(name)])) as unknown as GitLab;
  }

  return {
    double,
    made,
    isUnderWay,
    /** Whether GitLab once said no to a call of this operation about `what`. */
    hasRefused: (operation: keyof GitLab, what: string | number) => refused.has(`${operation} ${what}`),
    gitlabOf,
    /** Somebody cancels the pipelines that are under way. */
    cancelAll() {
      for (const pipeline of made) change(pipeline, 'canceled', { told: true });
    },
    goAway(ms: number) {
      awayUntil = Math.max(awayUntil, Date.now() + ms);
    },
  };
}

export type World = ReturnType<typeof createWorld>;
