import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningBeckon, startBeckon } from '../gitlab/demo/beckon.ts';

type Role = 'all' | 'web' | 'worker';
export type Who = 'web' | 'workers' | 'all';

/** Milliseconds that processes are frozen: longer than their locks live and are looked for, which is 12 s. */
const FROZEN_MS = 14_000;
/** Milliseconds that a process which was taken for dead has to do harm once it is back. */
const BACK_MS = 4_000;

export interface Fleet {
  /** SIGKILL; each is started again `pause` milliseconds later. How many were hit. */
  kill(who: Who, pause: number): number;
  /** SIGSTOP of all that perform runs, in whose place new ones start, and SIGCONT later. */
  freeze(): void;
  /** SIGTERM and a new start, one after the other. */
  roll(): Promise<void>;
  /** Resolves when every process is ready. */
  ready(): Promise<void>;
  /** Resolves when, besides, nobody is frozen any more. */
  healed(): Promise<void>;
  /** Ends all with SIGTERM. */
  close(): Promise<void>;
}

interface Post {
  readonly role: Role;
  readonly folder: string;
  /** Who stands there now; nobody while one is being started. */
  holder: RunningBeckon | undefined;
  isFrozen: boolean;
  /** Milliseconds until the next one is started. */
  pause: number;
  /** Resolves when the holder is taken for dead. */
  readonly leave: { now: () => void };
}

/** Keeps processes of the program running as an operator's supervisor does: one that ends is started again. */
export async function startFleet(
  roles: readonly Role[],
  {
    config,
    folder,
    env,
    onLog,
  }: { config: unknown; folder: string; env: Record<string, string>; onLog: (line: string) => void },
): Promise<Fleet> {
  const posts: readonly Post[] = roles.map((role, index) => ({
    role,
    folder: join(folder, `${role}-${index}`),
    holder: undefined,
    isFrozen: false,
    pause: 0,
    leave: { now: () => {} },
  }));
  const frozen = new Set<Promise<void>>();
  const alive = new Set<number>();
  // Whoever ends the play before its time leaves nobody behind.
  process.once('exit', () => {
    for (const pid of alive) for (const name of ['SIGCONT', 'SIGTERM'] as const) signal(pid, name);
  });
  let over = false;

  async function hold(post: Post): Promise<void> {
    await mkdir(post.folder, { recursive: true });
    while (!over) {
      const options = { folder: post.folder, env, role: post.role, onLog, onComplaint: onLog };
      // Where the queue is away it does not start.
      const holder = await startBeckon(config, options).catch(() => undefined);
      if (holder === undefined) {
        await sleep(300);
        continue;
      }
      post.holder = holder;
      alive.add(holder.pid);
      void holder.gone.then(() => alive.delete(holder.pid));
      if (over) void holder.end('SIGTERM');
      const left = new Promise<void>((resolve) => {
        post.leave.now = resolve;
      });
      await Promise.race([holder.gone, left]);
      post.holder = undefined;
      await sleep(post.pause);
      post.pause = 0;
    }
  }

  const performers = () => posts.filter(({ role }) => role !== 'web');
  const postsOf = (who: Who) => {
    if (who === 'all') return posts;
    return who === 'web' ? posts.filter(({ role }) => role !== 'worker') : performers();
  };

  /** The embedded queue has room for one process only: that one goes on itself. */
  async function thaw(holders: readonly RunningBeckon[], isReplaced: boolean): Promise<void> {
    await sleep(FROZEN_MS);
    for (const { pid } of holders) signal(pid, 'SIGCONT');
    for (const post of posts) post.isFrozen = false;
    await sleep(BACK_MS);
    if (isReplaced) await Promise.all(holders.map((holder) => holder.end('SIGTERM')));
  }

  async function ready(): Promise<void> {
    while (posts.some(({ holder, isFrozen }) => holder === undefined || isFrozen)) await sleep(50);
  }

  const holding = posts.map(hold);
  await ready();
  return {
    ready,
    kill(who, pause) {
      let hit = 0;
      for (const post of postsOf(who)) {
        if (post.holder === undefined) continue;
        post.pause = pause;
        hit += signal(post.holder.pid, 'SIGKILL') ? 1 : 0;
      }
      return hit;
    },
    freeze() {
      const isReplaced = posts.length > 1;
      const holders = performers().flatMap((post) => {
        const { holder } = post;
        if (holder === undefined || !signal(holder.pid, 'SIGSTOP')) return [];
        if (isReplaced) post.leave.now();
        else post.isFrozen = true;
        return [holder];
      });
      const thawing = thaw(holders, isReplaced).finally(() => frozen.delete(thawing));
      frozen.add(thawing);
    },
    async roll() {
      for (const { holder } of posts) {
        if (holder === undefined) continue;
        await holder.end('SIGTERM');
        await ready();
      }
    },
    async healed() {
      await Promise.all(frozen);
      await ready();
    },
    async close() {
      over = true;
      await Promise.all(frozen);
      await Promise.all(posts.map(({ holder }) => holder?.end('SIGTERM')));
      await Promise.all(holding);
    },
  };
}

/** Whether there was a process to hear it. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
