import type { WorldContext } from './world/context.ts';

/** What goes wrong. */
export type Mishap =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly delay: number }
  /** `before`: the connection breaks and nothing happened. `after`: it happened, and no answer comes. */
  | { readonly cut: 'before' | 'after' }
  /** A sign-in page where JSON was asked for. */
  | { readonly html: true }
  /** The next reads answer from the state as it was when the fault was added. */
  | { readonly staleReads: number };

export interface Fault {
  readonly match: { readonly method?: string; readonly path: RegExp };
  /** How often; once by default. */
  readonly times?: number;
  /** How many matching requests go well before. */
  readonly after?: number;
  readonly do: Mishap;
  /** Told each time it happens. */
  readonly onHappened?: () => void;
}

/** A mishap that is due now; `past` is there for stale reads. */
export interface Due {
  readonly mishap: Mishap;
  readonly past: WorldContext | undefined;
}

/** Faults on demand, in the order in which they were added. */
export interface Faults {
  /** Adds a fault; answers how to take it away again. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The mishap for a request, counted as used. `path` is what follows `/api/v4`, with its query. */
  next(request: { readonly method: string; readonly path: string }): Due | undefined;
}

export function createFaults({ past }: { past: () => WorldContext }): Faults {
  const active = new Set<{ fault: Fault; skip: number; left: number; past: WorldContext | undefined }>();
  return {
    add: (fault) => {
      const stale = 'staleReads' in fault.do;
      const left = stale ? (fault.do as { staleReads: number }).staleReads : (fault.times ?? 1);
      const entry = { fault, skip: fault.after ?? 0, left, past: stale ? past() : undefined };
      active.add(entry);
      return () => active.delete(entry);
    },
    clear: () => active.clear(),
    next: ({ method, path }) => {
      for (const entry of active) {
        const { match } = entry.fault;
        if (match.method !== undefined && match.method.toUpperCase() !== method) continue;
        if (entry.past !== undefined && method !== 'GET') continue;
        if (!match.path.test(path)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        entry.fault.onHappened?.();
        if (entry.left <= 0) active.delete(entry);
        return { mishap: entry.fault.do, past: entry.past };
      }
      return undefined;
    },
  };
}
