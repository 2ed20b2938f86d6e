import { isOurs } from '../../events/own-note.ts';
import { placeOf } from '../place.ts';
import type { Run } from '../run.ts';
import type { OwnThread } from './found.ts';
import type { StepTools } from './step.ts';
import { unlessFailed } from './unless-failed.ts';

/**
 * Resolves the thread that Beckon began on a merge request, which could keep that from being merged. One in which
 * people wrote, or the agent itself, is for people to resolve.
 */
export async function resolveThread(
  { event, note }: Run,
  thread: OwnThread | undefined,
  { gitlab, overlooked }: StepTools,
): Promise<void> {
  const place = placeOf(event);
  const discussionId = note?.discussionId;
  if (event.kind === 'mention' || place === undefined || discussionId === undefined) return;
  if (thread?.resolved !== false || !thread.comments.every((one) => thread.isOwn(one) && isOurs(one.body)))
    return;
  await unlessFailed(gitlab.resolveDiscussion(place, discussionId), overlooked);
}
