import type { Runner } from '../ports.ts';
import { plan } from './plan.ts';
import { run } from './run.ts';

export interface RunnerOptions {
  /** Where jobs get their folders, each removed when its job is over. */
  readonly workDir: string;
  /**
   * Where a job fetches a project (`CI_PROJECT_PATH` of the request) from, if there is a git program. A user and
   * password in the URL are used for that and do not reach the job.
   */
  readonly gitUrl: (projectPath: string) => string;
  /** The programs that jobs find: a PATH, by default that of this process. Must have bash, awk and coreutils. */
  readonly path?: string;
}

/**
 * Runs CI jobs for real, in the shell of this machine, through gitlab-ci-local: only for jobs that one trusts.
 * README.md in this folder says what differs from GitLab.
 */
export function createRunner({ workDir, gitUrl, path = process.env.PATH ?? '' }: RunnerOptions): Runner {
  return {
    plan: (request) => plan(request, { workDir, path }),
    run: (request, job, hooks) => run(request, job, hooks, { workDir, path, gitUrl }),
  };
}
