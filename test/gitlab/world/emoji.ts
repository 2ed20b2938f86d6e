import type { WorldContext } from './context.ts';
import { getNoteable, getUser, must, type UserRef } from './lookup.ts';
import type { Award, Noteable } from './records-discussion.ts';
import { notFound } from './refusal.ts';
import { nextId } from './state.ts';
import { finishTodos } from './todos.ts';

export interface NewAward {
  readonly by: UserRef;
  readonly name: string;
  readonly projectId: number;
  readonly on: Award['awardable'];
}

/**
 * Awards an emoji.
 * @throws Refusal 404 (sic) where the user gave that one already.
 */
export function award(input: NewAward, context: WorldContext): Award {
  const { state, now } = context;
  const user = getUser(input.by, state);
  const taken = awardsOn(input.on, context).some(
    (known) => known.userId === user.id && known.name === input.name,
  );
  if (taken) throw notFound('Award Emoji ["Name has already been taken"]');
  const record: Award = {
    id: nextId(state, 'awards'),
    name: input.name,
    userId: user.id,
    projectId: input.projectId,
    awardable: { kind: input.on.kind, id: input.on.id },
    createdAt: now(),
  };
  state.awards.set(record.id, record);
  finishTodos({ userId: user.id, on: noteableOf(input.on, context) }, context);
  context.emit({ type: 'emoji', action: 'award', award: record });
  return record;
}

/** The issue or merge request that has the emoji, on itself or on a comment. */
function noteableOf({ kind, id }: Award['awardable'], { state }: WorldContext): Noteable {
  const target = kind === 'note' ? must(state.notes.get(id), `note ${id}`).noteable : { kind, id };
  return getNoteable(target, state);
}

/** Takes an emoji back. */
export function revokeAward(input: Pick<Award, 'id'>, context: WorldContext): void {
  const record = must(context.state.awards.get(input.id), `award ${input.id}`);
  context.state.awards.delete(record.id);
  context.emit({ type: 'emoji', action: 'revoke', award: record });
}

export function awardsOn(on: Award['awardable'], { state }: Pick<WorldContext, 'state'>): readonly Award[] {
  return [...state.awards.values()].filter((a) => a.awardable.kind === on.kind && a.awardable.id === on.id);
}
