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
  const ahead = groupsOf(claim, limits).map(({ limit, includes }) => {
    const line = earlier.filter(includes);
    return line.length < limit ? 0 : lengthOf(line, claim);
  });
  return Math.max(1, ...ahead);
}

function lengthOf(line: readonly Claim[], { project: own }: Claim): number {
  const projects = new Map<number, number>();
  for (const { project } of line) projects.set(project, (projects.get(project) ?? 0) + 1);
  const owns = projects.get(own) ?? 0;
  return [...projects].reduce(
    (sum, [project, count]) => sum + (project === own ? owns : Math.min(count, owns + 1)),
    0,
  );
}
