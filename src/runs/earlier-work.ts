import { isUnderWay } from '../events/read-ci.ts';
import { conversationInput } from '../flows/context/conversation.ts';
import type { Comment, Thread } from '../flows/context/threads.ts';
import { readMarker } from './marker.ts';
import { placeOf } from './place.ts';
import type { GitLab } from './ports.ts';
import type { EarlierWork, Run } from './run.ts';

/** Branches of earlier runs that are looked at, the newest first. */
const MOST_BRANCHES = 3;

export interface EarlierBranch {
  readonly name: string;
  readonly commitId: string;
  readonly earlier: EarlierWork;
}

/**
 * The branch of an earlier run of the same agent in the thread of a mention, for the agent to go on with: one that
 * is still there, on which nothing runs, and whose merge request, if there is one, is open.
 */
export async function findEarlierBranch(
  { event }: Pick<Run, 'event'>,
  gitlab: GitLab,
): Promise<EarlierBranch | undefined> {
  const place = placeOf(event);
  if (event.kind !== 'mention' || event.note.discussionId === undefined || place === undefined)
    return undefined;
  if (event.note.individual) return undefined;
  const thread = await gitlab.thread(place, event.note.discussionId);
  const notes = commentsBefore(event.note.id, thread).filter(({ body }) => readMarker(body) !== undefined);
  if (notes.length === 0) return undefined;
  const { username } = await gitlab.account();
  const names = notes
    .filter(({ author }) => author === username)
    .flatMap(({ body }) => readMarker(body)?.branch ?? [])
    .toReversed();
  for (const name of [...new Set(names)].slice(0, MOST_BRANCHES)) {
    const found = await takeOver(event.project.id, name, gitlab);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function takeOver(projectId: number, name: string, gitlab: GitLab): Promise<EarlierBranch | undefined> {
  const [pipelines, mergeRequest] = await Promise.all([
    gitlab.apiPipelines(projectId, name),
    gitlab.findMergeRequest(projectId, name),
  ]);
  const [newest] = pipelines;
  if (newest === undefined || isUnderWay(newest.status)) return undefined;
  if (mergeRequest !== undefined && mergeRequest.state !== 'opened') return undefined;
  // Read last: as long as a pipeline runs, commits may come.
  const head = await gitlab.branch(projectId, name);
  if (head === undefined) return undefined;
  const earlier = { pipelineId: newest.id, mergeRequest: mergeRequest?.iid };
  return { name, commitId: head.commitId, earlier };
}

/**
 * `AI_FLOW_INPUT`: what the event has, but the whole conversation for a mention in a thread in which `account` has
 * been asked before.
 */
export function inputOf(run: Run, threads: readonly Thread[], account: string): string {
  const { event, askedBy } = run;
  if (event.kind !== 'mention') return event.input;
  const thread = threads.find(({ id }) => id !== undefined && id === event.note.discussionId);
  const before = commentsBefore(event.note.id, thread);
  const isProgress = ({ author, body }: Comment) => author === account && readMarker(body) !== undefined;
  if (!before.some(isProgress)) return event.input;
  const earlier = before.filter((comment) => !isProgress(comment));
  return conversationInput(earlier, {
    id: event.note.id,
    author: askedBy?.account ?? event.actor.username,
    body: event.input,
  });
}

/** None where the comment is not there any more. */
function commentsBefore(noteId: number, thread: Thread | undefined): readonly Comment[] {
  const comments = thread?.comments ?? [];
  return comments.slice(
    0,
    Math.max(
      0,
      comments.findIndex(({ id }) => id === noteId),
    ),
  );
}
