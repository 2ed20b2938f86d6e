import { join } from 'node:path';
import { createRepository } from './git/repository.ts';
import { createRunner } from './runner/runner.ts';
import { type StandInGitLab, type StartOptions, startGitLab } from './start.ts';

export interface RealOptions extends Omit<StartOptions, 'openRepository' | 'runner'> {
  /** An empty folder for repositories and jobs. */
  readonly folder: string;
  /** The programs that jobs find: a PATH, by default that of this process. */
  readonly path?: string;
}

/**
 * Starts a stand-in GitLab whose repositories are on disk (clone from them and push to them where there is a git
 * program) and whose jobs run for real in the shell of this machine. Run only jobs that you trust.
 */
export async function startRealGitLab({ folder, path, ...options }: RealOptions): Promise<StandInGitLab> {
  let cloneUrl = (projectPath: string): string => projectPath;
  const runner = createRunner({
    workDir: join(folder, 'jobs'),
    gitUrl: (projectPath) => cloneUrl(projectPath),
    ...(path === undefined ? {} : { path }),
  });
  const gitlab = await startGitLab({
    ...options,
    runner,
    openRepository: ({ id, defaultBranch }) =>
      createRepository(join(folder, 'repositories', `${id}.git`), { defaultBranch }),
  });
  // The Runner of a real GitLab clones with a token of the job; this one clones as the administrator.
  const token = gitlab.world.addToken({ user: 'root', name: 'runner', scopes: ['read_repository'] });
  const { protocol, host, pathname } = new URL(gitlab.url);
  const below = pathname === '/' ? '' : pathname;
  cloneUrl = (projectPath) =>
    `${protocol}//gitlab-ci-token:${token.value}@${host}${below}/${projectPath}.git`;
  return gitlab;
}
