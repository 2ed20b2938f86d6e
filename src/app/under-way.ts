/** Knows what is under way. */
export function createUnderWay() {
  const underWay = new Set<Promise<unknown>>();
  return {
    add<T>(work: Promise<T>): Promise<T> {
      const watched = work.finally(() => underWay.delete(watched));
      underWay.add(watched);
      return watched;
    },
    async ended(): Promise<void> {
      await Promise.allSettled(underWay);
    },
  };
}
