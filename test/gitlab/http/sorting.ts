import type { Call } from './call.ts';
import { choice, text } from './input.ts';

/** Sorts as `order_by` and `sort` ask, newest first by default. */
export function sorted<T extends { readonly id: number; readonly createdAt: Date; readonly updatedAt: Date }>(
  items: readonly T[],
  call: Pick<Call, 'input'>,
): readonly T[] {
  const by = text(call, 'order_by') ?? 'created_at';
  const direction = (choice(call, 'sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  const key = (item: T) =>
    by === 'updated_at' ? item.updatedAt.getTime() : by === 'id' ? item.id : item.createdAt.getTime();
  return [...items].sort((a, b) => direction * (key(a) - key(b) || a.id - b.id));
}
