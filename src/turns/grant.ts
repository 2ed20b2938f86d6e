import { type Claim, comesBefore, groupsOf, isSamePlace, type RunLimits } from './claim.ts';

/**
 * The waiting runs that get their turn now, in that order. The next is, of those whose limits allow it, the one
 * whose project has the fewest active runs, then the oldest: a thousand waiting runs of one project do not delay
 * the first of another.
 */
export function nextOnes(
  { active, waiting }: { readonly active: readonly Claim[]; readonly waiting: readonly Claim[] },
  limits: RunLimits,
): readonly Claim[] {
  const room = roomBeside(active, limits);
  const chosen = new Set<Claim>();
  for (;;) {
    const claim = room.isFull() ? undefined : next(waiting, { chosen, room });
    if (claim === undefined) return [...chosen];
    chosen.add(claim);
    room.take(claim);
  }
}

/** Whether a run that comes new can have its turn at once: no limit is reached and no older one waits at its place. */
export function canStart(
  claim: Claim,
  { active, waiting }: { readonly active: readonly Claim[]; readonly waiting: readonly Claim[] },
  limits: RunLimits,
): boolean {
  if (waiting.some((other) => isSamePlace(claim, other) && comesBefore(other, claim))) return false;
  return groupsOf(claim, limits).every(({ limit, includes }) => active.filter(includes).length < limit);
}

/** What the limits leave beside the active runs, counted once for a look at thousands that wait. */
interface Room {
  isFull(): boolean;
  activeIn(project: number): number;
  allows(claim: Claim, place: string): boolean;
  take(claim: Claim): void;
}

function roomBeside(active: readonly Claim[], limits: RunLimits): Room {
  const projects = new Map<number, number>();
  const agents = new Map<string, number>();
  const users = new Map<number, number>();
  const places = new Set<string>();
  let all = 0;
  const take = (claim: Claim) => {
    const { project, agent, user } = claim;
    all += 1;
    projects.set(project, (projects.get(project) ?? 0) + 1);
    agents.set(agent, (agents.get(agent) ?? 0) + 1);
    if (user !== undefined) users.set(user, (users.get(user) ?? 0) + 1);
    places.add(placeOf(claim));
  };
  for (const claim of active) take(claim);
  return {
    isFull: () => all >= limits.global,
    activeIn: (project) => projects.get(project) ?? 0,
    allows: ({ project, agent, user }, place) =>
      (projects.get(project) ?? 0) < limits.perProject &&
      (agents.get(agent) ?? 0) < limits.perAgent &&
      (user === undefined || (users.get(user) ?? 0) < limits.perUser) &&
      !places.has(place),
    take,
  };
}

/** Names the place of a run; a run outside of issues and merge requests has one of its own. */
function placeOf({ id, agent, project, object }: Claim): string {
  return object === undefined ? id : `${agent} ${project} ${object}`;
}

function next(
  waiting: readonly Claim[],
  { chosen, room }: { chosen: ReadonlySet<Claim>; room: Room },
): Claim | undefined {
  const passed = new Set<string>();
  let best: Claim | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const claim of waiting) {
    if (chosen.has(claim)) continue;
    // On one issue or merge request strictly one after the other, even where the later could go first.
    const place = placeOf(claim);
    if (passed.has(place)) continue;
    passed.add(place);
    const active = room.activeIn(claim.project);
    if (active >= fewest || !room.allows(claim, place)) continue;
    best = claim;
    fewest = active;
    if (active === 0) break;
  }
  return best;
}
