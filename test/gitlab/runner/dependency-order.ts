interface Visit {
  readonly index: number;
  low: number;
  open: boolean;
}

/**
 * Puts every item after those that it depends on, and finds the rings in which that is impossible (Tarjan's
 * strongly connected components, as Ruby's TSort has them). An item that depends on itself is no ring.
 */
export function dependencyOrder<T>(
  items: readonly T[],
  dependsOn: (item: T) => readonly T[],
): { readonly order: readonly T[]; readonly cycles: readonly (readonly T[])[] } {
  const visits = new Map<T, Visit>();
  const stack: T[] = [];
  const components: T[][] = [];
  const visit = (item: T): Visit => {
    const mine: Visit = { index: visits.size, low: visits.size, open: true };
    visits.set(item, mine);
    stack.push(item);
    for (const other of dependsOn(item)) {
      const theirs = visits.get(other);
      if (theirs === undefined) mine.low = Math.min(mine.low, visit(other).low);
      else if (theirs.open) mine.low = Math.min(mine.low, theirs.index);
    }
    if (mine.low !== mine.index) return mine;
    const component = stack.splice(stack.indexOf(item));
    for (const member of component) {
      const closing = visits.get(member);
      if (closing !== undefined) closing.open = false;
    }
    components.push(component);
    return mine;
  };
  for (const item of items) if (!visits.has(item)) visit(item);
  return { order: components.flat(), cycles: components.filter(({ length }) => length > 1) };
}
