import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * gitlab-ci-local copies the tracked files for container jobs with rsync before every job, also when all jobs run
 * in the shell and nothing reads the copy. Where rsync is missing this stands in for it; artifacts and caches,
 * which do need it, are then not kept.
 */
const RSYNC = '#!/bin/sh\nexit 0\n';

/** gitlab-ci-local asks for the untracked files, of which a fresh checkout has none, and can do without the rest. */
const GIT = `#!/bin/sh
if [ "$1" = ls-files ]; then
  case " $* " in
    *' -o '* | *' --others '*) exit 0 ;;
  esac
  exec cat "\${0%/*}/tracked-files"
fi
echo 'git: this machine has no git, so a job cannot use it here. The REST API of GitLab can read and write files.' >&2
exit 127
`;

/** Puts a program named `rsync` that does nothing into `folder`. */
export async function writeRsyncShim(folder: string): Promise<void> {
  await writeFile(join(folder, 'rsync'), RSYNC, { mode: 0o755 });
}

/** Puts a program named `git` into `folder` that knows the list of tracked files and nothing else. */
export async function writeGitShim(folder: string, trackedFiles: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'tracked-files'), trackedFiles.map((path) => `${path}\n`).join(''));
  await writeFile(join(folder, 'git'), GIT, { mode: 0o755 });
}
