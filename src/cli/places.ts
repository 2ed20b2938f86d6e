import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config/config.ts';
import type { HookProject, Webhooks } from '../hooks/ports.ts';
import { targetsOf } from '../hooks/targets.ts';
import { BeckonError } from '../lib/errors.ts';
import { groupOf, isExclusion, isGlob, patternFault } from '../lib/pattern.ts';
import { type Ask, withWebhooks } from './operator.ts';
import { withProgress } from './progress.ts';

/** Of arguments that {@link readPlace} reads. */
export const PLACES =
  'full paths of projects or groups, or globs such as "acme/**"; with ! in front to leave out';

export const NOT_COVERED = 'no trigger of the config covers it.';

/** A project, or why an argument stands for none. */
export type Place = { readonly place: string } & (
  | { readonly project: HookProject }
  | { readonly error: unknown }
);

/** For commander: one more argument that stands for projects. */
export function readPlace(value: string, before: readonly string[] = []): readonly string[] {
  const fault = isGlob(value) || isExclusion(value) ? patternFault(value) : undefined;
  if (fault !== undefined) throw new InvalidArgumentError(`The pattern ${fault}.`);
  if (isGlob(value) && !isExclusion(value) && groupOf(value) === '')
    throw new InvalidArgumentError('A glob begins with the path of a group, as acme/** does.');
  return [...before, value];
}

/** Each project that arguments stand for, once, in their order. */
export async function projectsOf(
  places: readonly string[],
  command: Command,
  ask: Ask<Webhooks>,
): Promise<readonly Place[]> {
  const exclusions = places.filter(isExclusion);
  const included = places.filter((one) => !isExclusion(one));
  if (included.length === 0)
    command.error('error: name a project, a group or a glob; what begins with ! only leaves out of these.');
  const found = await Promise.all(
    included.map(async (place): Promise<readonly Place[]> => {
      try {
        const projects = await ask(isGlob(place) ? groupOf(place) : place, (gitlab) =>
          targetsOf(place, exclusions, gitlab),
        );
        return projects.map((project) => ({ place: project.path, project }));
      } catch (error) {
        return [{ place, error }];
      }
    }),
  );
  return [...new Map(found.flat().map((one) => [one.place, one])).values()];
}

/**
 * The full paths of those projects, for commands that say themselves what is wrong with a path. Projects of groups and
 * globs that no trigger covers are left out, which is told; fails where that leaves none.
 */
export async function pathsOf(
  places: readonly string[],
  command: Command,
  config: Config,
): Promise<readonly string[]> {
  const found = await withProgress(`${places.join(', ')}…`, () =>
    withWebhooks(config, (ask) => projectsOf(places, command, ask)),
  );
  for (const one of found) if ('error' in one && !isForCommand(one.place, one.error)) throw one.error;
  const paths = found.map(({ place }) => place);
  const wanted = paths.filter((path) => isNamed(path, places) || isCovered(path, config));
  for (const path of paths) if (!wanted.includes(path)) console.error(`${path}: ${NOT_COVERED}`);
  if (wanted.length === 0)
    throw new BeckonError('no_trigger', `No trigger of the config covers a project of ${places.join(', ')}.`);
  return wanted;
}

/** Whether an argument may be the path of a project that a command finds out about itself. */
function isForCommand(place: string, error: unknown): boolean {
  return !isGlob(place) && error instanceof BeckonError && error.code !== 'no_project';
}

/** Whether a project is among the arguments by its own path. */
export function isNamed(path: string, places: readonly string[]): boolean {
  return places.some((place) => place.toLowerCase() === path.toLowerCase());
}

export function isCovered(path: string, { triggers }: Pick<Config, 'triggers'>): boolean {
  return triggers.some(({ projects }) => projects.match(path));
}
