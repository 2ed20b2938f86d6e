import { type Claim, groupsOf, placeOf, type RunLimits } from './claim.ts';

/** The active runs of each group, counted. */
interface Count {
  add(claim: Claim): void;
  of(group: string): number;
  /** Whether every group of the run has room for one more. */
  allows(claim: Claim): boolean;
}

function countOf(active: readonly Claim[], limits: RunLimits): Count {
  const counts = new Map<string, number>();
  const of = (group: string) => counts.get(group) ?? 0;
  const add = (claim: Claim) => {
    for (const { name } of groupsOf(claim, limits)) counts.set(name, of(name) + 1);
  };
  for (const claim of active) add(claim);
  return { add, of, allows: (claim) => groupsOf(claim, limits).every(({ name, limit }) => of(name) < limit) };
}

/**
 * The waiting runs that get their turn now, in that order. The next is, of those whose limits allow it, the one
 * whose project has the fewest active runs, then the oldest: a thousand waiting runs of one project do not delay
 * the first of another.
 */
export function nextOnes(
  { active, waiting }: { readonly active: readonly Claim[]; readonly waiting: readonly Claim[] },
  limits: RunLimits,
): readonly Claim[] {
  const count = countOf(active, limits);
  const chosen = new Set<Claim>();
  for (;;) {
    const claim = next(waiting, { chosen, count, limits });
    if (claim === undefined) return [...chosen];
    chosen.add(claim);
    count.add(claim);
  }
}

function next(
  waiting: readonly Claim[],
  { chosen, count, limits }: { chosen: ReadonlySet<Claim>; count: Count; limits: RunLimits },
): Claim | undefined {
  if (count.of('all') >= limits.global) return undefined;
  const passed = new Set<string>();
  let best: Claim | undefined;
  let fewest = limits.perProject;
  for (const claim of waiting) {
    if (chosen.has(claim)) continue;
    // On one issue or merge request strictly one after the other, even where the later could go first.
    const place = placeOf(claim);
    if (place !== undefined && passed.has(place)) continue;
    if (place !== undefined) passed.add(place);
    const active = count.of(`project ${claim.project}`);
    if (active >= fewest || !count.allows(claim)) continue;
    best = claim;
    fewest = active;
    if (active === 0) break;
  }
  return best;
}
