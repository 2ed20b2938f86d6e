import { type Claim, comesBefore, groupsOf, type RunLimits } from './claim.ts';

/**
 * How many runs come before a waiting one: in the longest of the lines that hold it back, those with a turn and
 * those that get theirs first. Projects take turns, so of another project no more count than of its own, and one.
 */
export function aheadOf(
  claim: Claim,
  { active, waiting }: { readonly active: readonly Claim[]; readonly waiting: readonly Claim[] },
  limits: RunLimits,
): number {
  const earlier = [...active, ...waiting.filter((other) => comesBefore(other, claim))];
  const lines = new Map(groupsOf(claim, limits).map(({ name }) => [name, new Map<number, number>()]));
  for (const other of earlier) {
    for (const { name } of groupsOf(other, limits)) {
      const line = lines.get(name);
      line?.set(other.project, (line.get(other.project) ?? 0) + 1);
    }
  }
  const holdingBack = groupsOf(claim, limits).flatMap(({ name, limit }) => {
    const line = [...(lines.get(name) ?? [])];
    const length = line.reduce((sum, [, count]) => sum + count, 0);
    if (length < limit) return [];
    const own = line.find(([project]) => project === claim.project)?.[1] ?? 0;
    return line.reduce(
      (sum, [project, count]) => sum + (project === claim.project ? own : Math.min(count, own + 1)),
      0,
    );
  });
  return Math.max(1, ...holdingBack);
}
