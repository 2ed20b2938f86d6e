import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where one job lives. Everything goes with {@link JobFolder.remove}. */
export interface JobFolder {
  readonly root: string;
  /** The project's files, the job's working directory. */
  readonly checkout: string;
  /** The job's home directory, empty at first. */
  readonly home: string;
  /** Programs put before all others on the job's PATH. */
  readonly shims: string;
  /** The contents of file-type variables. */
  readonly files: string;
  /** What gitlab-ci-local keeps; beside the checkout so that no job commits it. */
  readonly state: string;
  readonly remove: () => Promise<void>;
}

/** Makes the folders of a job below `workDir`, readable for this user only. */
export async function createJobFolder(workDir: string): Promise<JobFolder> {
  await mkdir(workDir, { recursive: true });
  const root = await mkdtemp(join(workDir, 'job-'));
  const folders = {
    checkout: join(root, 'project'),
    home: join(root, 'home'),
    shims: join(root, 'shims'),
    files: join(root, 'project.tmp'),
    state: join(root, 'state'),
  };
  for (const folder of Object.values(folders)) await mkdir(folder);
  // A process of the job may still be writing while it dies.
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return { root, ...folders, remove };
}
