/** GitLab's access levels by name (members API: `access_level`). */
export const levels = {
  none: 0,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
} as const;

/** The name of a GitLab role. */
export type LevelName = keyof typeof levels;

/** Reads a role given by name or by number. */
export function levelOf(level: LevelName | number): number {
  return typeof level === 'number' ? level : levels[level];
}
