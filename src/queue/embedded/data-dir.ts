import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { BeckonError, messageOf } from '../../lib/errors.ts';
import { type Account, serverAccount } from './server-account.ts';

/** The port is only part of the socket's name; nothing listens on the network. */
export const SOCKET_PORT = 5432;
const SOCKET_NAME = `.s.PGSQL.${SOCKET_PORT}`;
/** Bytes. Systems allow 104 to 108 for a socket's path, its end mark included. */
const LONGEST_SOCKET_PATH = 100;

const OURS = /^(postgres(\.log|\.new-.*)?|\.s\.PGSQL\..*|lost\+found|\.gitkeep|\.gitignore)$/;

const OWN_FOLDER = 'Give Beckon a folder of its own that it may create or write to.';

/** Where the embedded PostgreSQL keeps what it has. */
export interface DataDir {
  readonly path: string;
  /** PostgreSQL's own folder, which exists once it has been initialised. */
  readonly files: string;
  readonly log: string;
  /** The folder of the socket: `path`, or a short one where that is too long for a socket's name. */
  readonly socketDir: string;
  /** Set when we are root. */
  readonly account: Account | undefined;
}

/** The error `queue_data_dir`. */
export function dataDirError(path: string, fault: string, hint: string): BeckonError {
  return new BeckonError('queue_data_dir', `Could not use the folder queue.dataDir ${path}: ${fault}`, {
    hint,
  });
}

/**
 * The folder of the embedded queue, created where missing, owned by the account that PostgreSQL runs as, and
 * closed to everybody else: PostgreSQL asks no password of whoever reaches its socket, so the folder's mode is
 * the access rule. Rejects with `queue_data_dir`.
 */
export async function prepareDataDir(dataDir: string): Promise<DataDir> {
  const path = await create(resolve(dataDir));
  const files = join(path, 'postgres');
  const account = await serverAccount(files);
  try {
    const strange = (await readdir(path)).find((name) => !OURS.test(name));
    if (strange !== undefined) throw new Error(`it holds other files, such as ${strange}`);
    await ownAlone(path, account);
  } catch (error) {
    throw dataDirError(
      path,
      messageOf(error),
      'Give Beckon a folder of its own that it may create or write to.',
    );
  }
  await refuseForeign(files, path);
  return {
    path,
    files,
    log: join(path, 'postgres.log'),
    socketDir: await socketFolder(path, account),
    account,
  };
}

/** The folder by its true name: two names for one folder must not look like two folders. */
async function create(path: string): Promise<string> {
  try {
    // In two steps: with `recursive` the mode would hold for the folders above as well, and lock PostgreSQL out.
    await mkdir(dirname(path), { recursive: true });
    await mkdir(path, { mode: 0o700 }).catch(unlessThere);
    return await realpath(path);
  } catch (error) {
    throw dataDirError(path, messageOf(error), OWN_FOLDER);
  }
}

async function ownAlone(folder: string, account: Account | undefined): Promise<void> {
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function refuseForeign(files: string, path: string): Promise<void> {
  const uid = process.getuid?.();
  const owner = (await stat(files).catch(() => undefined))?.uid;
  if (owner === undefined || uid === 0 || owner === uid) return;
  throw dataDirError(
    path,
    `its files belong to user ${owner}, and Beckon runs as user ${uid}`,
    `Run Beckon as it did before, or hand the files over: chown -R ${uid} ${path}`,
  );
}

async function socketFolder(path: string, account: Account | undefined): Promise<string> {
  if (Buffer.byteLength(join(path, SOCKET_NAME)) <= LONGEST_SOCKET_PATH) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `beckon-${name}`);
  await mkdir(folder, { mode: 0o700 }).catch(unlessThere);
  // In a folder that all may write to, somebody else may have been first, or may have laid a link.
  const found = await lstat(folder);
  const friends = [process.getuid?.(), account?.uid];
  if (!found.isDirectory() || !friends.includes(found.uid)) {
    throw dataDirError(
      path,
      `its name is too long for a socket, and ${folder} is not ours`,
      'Use a shorter path.',
    );
  }
  await ownAlone(folder, account);
  return folder;
}
