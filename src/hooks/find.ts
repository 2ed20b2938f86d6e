import type { Config } from '../config/config.ts';
import { isExclusion, isGlob } from '../lib/pattern.ts';
import { Failure } from '../runs/failures.ts';
import { isOurs } from './ours.ts';
import type { HookObserver, HookProject, WatchedHook, Webhooks } from './ports.ts';

/** Pages of 100 projects that are looked through. */
const MAX_PAGES = 20;

/** What of the config says which hooks are ours. */
export type HookConfig = Pick<Config, 'triggers' | 'server'>;

/**
 * The hooks that lead to us, in the projects that a trigger covers and that this account is Maintainer of. One request
 * for each such project. `failed` hears of projects whose hooks this account may not see.
 */
export async function findHooks(
  gitlab: Pick<Webhooks, 'project' | 'maintained' | 'hooks'>,
  config: HookConfig,
  { failed }: Pick<HookObserver, 'failed'>,
): Promise<readonly WatchedHook[]> {
  const found: WatchedHook[] = [];
  for (const project of await coveredProjects(gitlab, config)) {
    try {
      for (const { id, url } of await gitlab.hooks(project.id))
        if (isOurs(url, config.server.publicUrl)) found.push({ project, id });
    } catch (error) {
      if (!(error instanceof Failure && (error.kind === 'permission' || error.kind === 'gone'))) throw error;
      failed(project.path, error);
    }
  }
  return found;
}

async function coveredProjects(
  gitlab: Pick<Webhooks, 'project' | 'maintained'>,
  { triggers }: HookConfig,
): Promise<readonly HookProject[]> {
  const patterns = triggers.flatMap(({ projects }) => projects.patterns).filter((one) => !isExclusion(one));
  const isCovered = ({ path }: HookProject) => triggers.some(({ projects }) => projects.match(path));
  const projects = new Map<number, HookProject>();
  for (const path of new Set(patterns.filter((one) => !isGlob(one)))) {
    const project = await gitlab.project(path);
    if (project !== undefined && isCovered(project)) projects.set(project.id, project);
  }
  if (!patterns.some(isGlob)) return [...projects.values()];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const some = await gitlab.maintained(page);
    for (const project of some.filter(isCovered)) projects.set(project.id, project);
    if (some.length === 0) break;
  }
  return [...projects.values()];
}
