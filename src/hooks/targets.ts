import { BeckonError } from '../lib/errors.ts';
import { compilePatterns, groupOf, isGlob } from '../lib/pattern.ts';
import type { HookProject, Webhooks } from './ports.ts';

/**
 * The projects that an argument stands for: the full path of a project, or of a group, which is everything below it, or
 * a glob as triggers have them. By path. `exclusions`: patterns with `!` in front. Fails with a {@link BeckonError}:
 * `no_place` where GitLab has neither project nor group of that path, `no_project` where no project is left.
 */
export async function targetsOf(
  argument: string,
  exclusions: readonly string[],
  gitlab: Pick<Webhooks, 'project' | 'below'>,
): Promise<readonly HookProject[]> {
  const isWide = isGlob(argument);
  const covers = compilePatterns([isWide ? argument : '**', ...exclusions]);
  const project = isWide ? undefined : await gitlab.project(argument);
  if (project !== undefined && covers(project.path)) return [project];
  const below = project === undefined ? await allBelow(isWide ? groupOf(argument) : argument, gitlab) : [];
  if (below === undefined) throw noPlace(argument);
  const found = below.filter(({ path }) => covers(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (found.length === 0)
    throw new BeckonError('no_project', `GitLab has no project for ${argument} that this token may see.`, {
      hint: 'Not counted are archived projects, those that are shared with a group, and what an argument with ! takes out.',
    });
  return found;
}

async function allBelow(
  group: string,
  gitlab: Pick<Webhooks, 'below'>,
): Promise<readonly HookProject[] | undefined> {
  const found: HookProject[] = [];
  for (let page = 1; ; page += 1) {
    const some = await gitlab.below(group, page);
    if (some === undefined) return undefined;
    if (some.length === 0) return found;
    found.push(...some);
  }
}

function noPlace(argument: string): BeckonError {
  const place = isGlob(argument) ? `group ${groupOf(argument)}` : `project or group ${argument}`;
  return new BeckonError('no_place', `GitLab has no ${place} for this token.`, {
    hint: 'Is that its full path? Then the account of the token is no member: it needs the role Maintainer.',
  });
}
