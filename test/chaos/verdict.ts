import { notesOf } from '../gitlab/world/lookup.ts';
import type { Note } from '../gitlab/world/records-discussion.ts';
import type { Pipeline } from '../gitlab/world/records-project.ts';
import type { Request } from './people.ts';
import type { ChaosScene } from './scene.ts';

/** What differs from what was asked; each entry is a sentence. */
export interface Verdict {
  /** Asked for, taken, and not there. */
  readonly lost: readonly string[];
  /** There more than once. */
  readonly double: readonly string[];
  /** There, and not as it has to be. */
  readonly wrong: readonly string[];
}

const PROGRESS = /<!-- beckon:run=(r\w+) /;
const TOLD = /<!-- beckon:done=(r\w+) /;

/** Compares what GitLab has with what was asked. */
export async function judge(
  scene: ChaosScene,
  requests: readonly Request[],
  log: readonly string[],
): Promise<Verdict> {
  const lost: string[] = [];
  const double: string[] = [];
  const wrong: string[] = [];
  const exactlyOne = <T extends { readonly createdAt: Date }>(found: readonly T[], what: string) => {
    const times = found.map(({ createdAt }) => createdAt.toISOString()).join(' and ');
    if (found.length === 0) lost.push(`there is no ${what}`);
    if (found.length > 1) double.push(`there is more than one ${what}, made at ${times}`);
    return found[0];
  };
  const { state } = scene.gitlab.world;
  const made = thingsOfRuns(scene);
  const branches = new Set<string>();
  const known = new Set<string>();

  for (const request of requests) {
    const [id, other] = request.runs;
    if (other !== undefined) double.push(`there are several runs for ${request.name}`);
    if (id === undefined) {
      const answers = [...state.deliveries.values()]
        .filter(({ requestBody }) => request.isToldBy(JSON.parse(requestBody)))
        .map(({ responseStatus }) => responseStatus);
      lost.push(`nobody took ${request.name}; its deliveries: ${answers.join(', ')}`);
      continue;
    }
    known.add(id);
    const of = `of ${id} for ${request.name}`;
    const note = exactlyOne(made.notes.get(id) ?? [], `progress note ${of}`);
    if (note !== undefined) {
      if (!isInPlace(note, request)) wrong.push(`the note ${of} is in another place`);
      if (!isFinal(note.body)) lost.push(`there is no answer ${of}: ${note.body}`);
      else if (!request.agent.ends.test(note.body)) wrong.push(`the note ${of} says: ${note.body}`);
    }
    const pipeline = exactlyOne(made.pipelines.get(id) ?? [], `pipeline ${of}`);
    if (request.agent.notify === 'auto') exactlyOne(made.told.get(id) ?? [], `reply at the end ${of}`);
    if (pipeline !== undefined && request.agent.does === 'commits') {
      branches.add(`${pipeline.projectId} ${pipeline.ref}`);
    }
  }

  for (const branch of branches) {
    const found = [...state.mergeRequests.values()].filter(
      ({ projectId, sourceBranch }) => `${projectId} ${sourceBranch}` === branch,
    );
    exactlyOne(found, `merge request from ${branch}`);
  }
  for (const things of [made.notes, made.pipelines, made.told]) {
    for (const id of things.keys()) if (!known.has(id)) wrong.push(`nobody asked for the run ${id}`);
  }
  for (const note of made.others) wrong.push(`a note that is none of ours: ${note.body}`);
  for (const name of await workloadBranches(scene)) {
    if (!branches.delete(name)) wrong.push(`the branch ${name} was left behind`);
  }
  for (const name of branches) lost.push(`there is no branch ${name}`);
  wrong.push(...new Set(scene.gitlab.violations));
  for (const secret of scene.secrets) {
    if (log.some((line) => line.includes(secret))) wrong.push('there is a secret in the log');
  }
  return { lost, double, wrong };
}

/** Whether each request has been taken and has an answer. */
export function areAllAnswered({ gitlab }: ChaosScene, requests: readonly Request[]): boolean {
  const { state } = gitlab.world;
  return requests.every(({ on, runs }) => {
    const notes = notesOf(on, state).map(({ body }) => body);
    return (
      runs.size > 0 &&
      [...runs].every((id) => notes.some((body) => PROGRESS.exec(body)?.[1] === id && isFinal(body)))
    );
  });
}

function isInPlace({ noteable, discussionId }: Note, { on, discussionId: thread }: Request): boolean {
  return (
    noteable.kind === on.kind && noteable.id === on.id && (thread === undefined || discussionId === thread)
  );
}

function isFinal(body: string): boolean {
  return /Agent (has finished|has failed|was cancelled|ran longer)|Could not start/.test(body);
}

function thingsOfRuns({ gitlab: { world }, accounts }: ChaosScene) {
  const ours = new Set(accounts.map(({ id }) => id));
  const written = [...world.state.notes.values()].filter(
    ({ authorId, system }) => ours.has(authorId) && !system,
  );
  const api = [...world.state.pipelines.values()].filter(({ source }) => source === 'api');
  return {
    notes: byRun(written, ({ body }) => PROGRESS.exec(body)?.[1]),
    told: byRun(written, ({ body }) => TOLD.exec(body)?.[1]),
    others: written.filter(({ body }) => !PROGRESS.test(body) && !TOLD.test(body)),
    pipelines: byRun(api, runOfPipeline),
  };
}

function byRun<T>(
  things: readonly T[],
  runOf: (thing: T) => string | undefined,
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const thing of things) {
    const id = runOf(thing);
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), thing]);
  }
  return found;
}

function runOfPipeline({ variables, ref }: Pipeline): string {
  return variables.find(({ key }) => key === 'AI_FLOW_ID')?.value ?? `of the pipeline on ${ref}`;
}

async function workloadBranches({ gitlab: { world }, projects }: ChaosScene): Promise<readonly string[]> {
  const lists = projects.map(async ({ id }) => {
    const branches = (await world.state.repositories.get(id)?.branches()) ?? [];
    return branches.filter(({ name }) => name.startsWith('workloads/')).map(({ name }) => `${id} ${name}`);
  });
  return (await Promise.all(lists)).flat();
}
