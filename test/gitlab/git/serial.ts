const tails = new Map<string, Promise<unknown>>();

/**
 * Runs what changes one thing, one after the other: two commits on a branch at the same moment must not both
 * take the same parent. Only within this process.
 */
export function serial<T>(key: string, work: () => Promise<T>): Promise<T> {
  const result = (tails.get(key) ?? Promise.resolve()).then(work);
  const tail = result.catch(() => undefined);
  tails.set(key, tail);
  tail.then(() => {
    if (tails.get(key) === tail) tails.delete(key);
  });
  return result;
}
