import type { Config } from '../../src/config/config.ts';
import type { Run } from '../../src/runs/run.ts';

type RunLimits = Config['limits']['runs'];

/** What each run takes of what limits count, said apart from how the turns count it. */
export function tooMany(runs: readonly Run[], limits: RunLimits): string | undefined {
  const place = ({ agent, event: { project, resource } }: Run) =>
    `${agent} on ${project.path} ${resource?.type} ${resource?.iid}`;
  const groups: readonly (readonly [string, number, (run: Run) => string])[] = [
    ['global', limits.global, () => 'all'],
    ['perProject', limits.perProject, ({ event }) => event.project.path],
    ['perAgent', limits.perAgent, ({ agent }) => agent],
    ['perUser', limits.perUser, ({ event }) => String(event.actor.id)],
    ['one of an agent on an item', 1, place],
  ];
  for (const [name, limit, groupOf] of groups) {
    const sizes = new Map<string, number>();
    for (const run of runs) {
      const size = (sizes.get(groupOf(run)) ?? 0) + 1;
      sizes.set(groupOf(run), size);
      if (size > limit) return `${name}: ${size} of ${groupOf(run)}, with ${run.id}`;
    }
  }
  return undefined;
}
