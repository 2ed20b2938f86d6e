import { type DomainEvent, noCommit } from '../gitlab/world/events.ts';
import type { ChaosScene } from './scene.ts';
import type { Moment } from './schedule.ts';

/** Milliseconds after which a moment that does not come is not waited for any longer. */
const PATIENCE_MS = 5_000;

/**
 * Strikes while GitLab does something for a run: the effect is there, and whoever asked for it has no answer yet.
 * Where nothing of the kind happens for a while it strikes all the same.
 */
export function momentsOf({ gitlab: { world }, accounts }: ChaosScene) {
  const waiting: { readonly moment: Moment; readonly strike: () => void }[] = [];
  const isOurs = (userId: number): boolean => accounts.some(({ id }) => id === userId);

  function come(moment: Moment | undefined): void {
    const index = waiting.findIndex((one) => one.moment === moment);
    if (index >= 0) waiting.splice(index, 1)[0]?.strike();
  }
  world.listen((event) => come(momentOf(event, isOurs)));

  /** Resolves after the strike. */
  const strikeAt = (moment: Moment, strike: () => void): Promise<void> =>
    new Promise((resolve) => {
      let hasStruck = false;
      const once = (): void => {
        if (hasStruck) return;
        hasStruck = true;
        strike();
        resolve();
      };
      waiting.push({ moment, strike: once });
      setTimeout(once, PATIENCE_MS);
    });
  return { come, strikeAt };
}

function momentOf(event: DomainEvent, isOurs: (userId: number) => boolean): Moment | undefined {
  switch (event.type) {
    case 'note':
      if (!isOurs(event.note.authorId)) return undefined;
      return event.action === 'create' ? 'note' : 'edit';
    case 'push':
      return event.before === noCommit && isOurs(event.userId) ? 'branch' : undefined;
    case 'pipeline':
      return event.pipeline.status === 'pending' ? 'pipeline' : undefined;
    case 'merge_request':
      return event.action === 'open' && isOurs(event.mergeRequest.authorId) ? 'merge_request' : undefined;
    default:
      return undefined;
  }
}
