import type { WorldContext } from './context.ts';
import { getProject, type ProjectRef } from './lookup.ts';
import type { CiRunner, Project } from './records-project.ts';
import { nextId } from './state.ts';

export interface NewCiRunner extends Partial<Omit<CiRunner, 'id' | 'projectIds'>> {
  /** Whose runner it is; without them an instance runner, which all projects can use. */
  readonly projects?: readonly ProjectRef[];
}

/** Registers a runner: online, and taking jobs without tags, unless said otherwise. It runs nothing by itself. */
export function addRunner({ projects, ...given }: NewCiRunner, { state }: WorldContext): CiRunner {
  const id = nextId(state, 'runners');
  const runner: CiRunner = {
    description: `runner-${id}`,
    online: true,
    paused: false,
    tags: [],
    runUntagged: true,
    refProtected: false,
    ...given,
    id,
    projectIds: projects?.map((project) => getProject(project, state).id),
  };
  state.runners.set(id, runner);
  return runner;
}

/** The runners that a project can use. */
export function runnersOf({ id }: Project, { state }: Pick<WorldContext, 'state'>): readonly CiRunner[] {
  return [...state.runners.values()].filter(({ projectIds }) => projectIds?.includes(id) !== false);
}
