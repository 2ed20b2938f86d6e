import { readdir, readFile } from 'node:fs/promises';

/** What a process takes of the machine, or it and all below it. */
export interface ProcessUse {
  /** Seconds of a processor so far; of processes that have ended nothing. */
  readonly cpu: number;
  /** MB of memory in use now: what several share is the single process's whole, and of a sum counts once. */
  readonly memory: number;
}

/** Clock ticks in a second, as Linux tells them to programs on every machine that Node runs on. */
const TICKS = 100;

/** Asks Linux what a process takes, by itself (`own`) and with its children and theirs (`all`). */
export async function processUse(
  pid: number,
): Promise<{ readonly own: ProcessUse; readonly all: ProcessUse }> {
  const parents = new Map<number, number>();
  const uses = new Map<number, { readonly cpu: number; readonly rss: number; readonly pss: number }>();
  for (const name of await readdir('/proc')) {
    const id = Number(name);
    if (!Number.isInteger(id)) continue;
    // What ends meanwhile has nothing to say.
    const [stat = '', sizes = ''] = await Promise.all(
      ['stat', 'smaps_rollup'].map((file) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => '')),
    );
    // The name of the program, in brackets, may have spaces; see proc_pid_stat(5) for what follows.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const megabytes = (size: string) =>
      Number(new RegExp(`^${size}:\\s+(\\d+)`, 'm').exec(sizes)?.[1] ?? 0) / 1024;
    parents.set(id, Number(fields[1]));
    const cpu = (Number(fields[11]) + Number(fields[12])) / TICKS;
    uses.set(id, { cpu, rss: megabytes('Rss'), pss: megabytes('Pss') });
  }
  const own = uses.get(pid);
  if (own === undefined) throw new Error(`there is no process ${pid}`);
  const isOfIt = (id: number | undefined): boolean =>
    id === pid || (id !== undefined && isOfIt(parents.get(id)));
  const all = [...uses].filter(([id]) => isOfIt(id)).map(([, use]) => use);
  const sum = (key: 'cpu' | 'pss') => all.reduce((total, use) => total + use[key], 0);
  return { own: { cpu: own.cpu, memory: own.rss }, all: { cpu: sum('cpu'), memory: sum('pss') } };
}
