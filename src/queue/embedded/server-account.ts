import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { BeckonError, messageOf } from '../../lib/errors.ts';

const run = promisify(execFile);

/** The operating-system account that a server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'beckon';

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/**
 * The account for PostgreSQL, which refuses to run as root: the owner of its files where there are any, else an
 * account of its own, `beckon`, created when missing. Not `postgres` or `nobody`: those are shared with other
 * services of the machine, which could then read the queue. And not a bare number, since `initdb` wants a name.
 * `undefined` when we are no root: then it runs as ourselves.
 */
export async function serverAccount(files: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(files).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = (await lookUp(NAME)) ?? (await create());
  if (account.uid === 0) throw cannotSwitch(`the account "${NAME}" is root by another name`);
  return account;
}

async function create(): Promise<Account> {
  const shell = ['--shell', '/usr/sbin/nologin'];
  const failure = await run('useradd', ['--system', '--user-group', '--no-create-home', ...shell, NAME]).then(
    () => undefined,
    messageOf,
  );
  // Looked up even after a failure: a second Beckon may have created it at the same time.
  const account = await lookUp(NAME);
  if (account === undefined) throw cannotSwitch(failure ?? `"${NAME}" was created and is not there`);
  return account;
}

function cannotSwitch(reason: string): BeckonError {
  return new BeckonError(
    'queue_data_dir',
    `Could not get an account for the embedded queue's PostgreSQL, which refuses to run as root: ${reason.trim()}`,
    { hint: `Run Beckon as an ordinary user, or create the account: useradd --system --user-group ${NAME}` },
  );
}

/**
 * The outermost folder on the way to `path` that an account may not walk through, judged by mode alone, or
 * `undefined`. For telling why something failed, not for deciding whether to try.
 */
export async function blockedFolder(path: string, { uid, gid }: Account): Promise<string | undefined> {
  const folder = dirname(path);
  const outer = folder === path ? undefined : await blockedFolder(folder, { uid, gid });
  if (outer !== undefined) return outer;
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isDirectory()) return undefined;
  const bit = info.uid === uid ? 0o100 : info.gid === gid ? 0o010 : 0o001;
  return (info.mode & bit) === 0 ? path : undefined;
}
