import { Failure } from '../runs/failures.ts';
import type { Clock } from '../runs/ports.ts';
import { findHooks, type HookConfig } from './find.ts';
import type { Hook, HookObserver, HookState, WatchedHook, Webhooks } from './ports.ts';
import { type ResendTools, resendLost, type Seen } from './resend.ts';
import { testHook } from './revive.ts';

/** Milliseconds between rounds, a little less than meant: whoever calls may come a little early. */
const LOOK_EVERY = 4.5 * 60_000;
/** Milliseconds for which is remembered which hooks there are. */
const FIND_EVERY = 60 * 60_000;

export interface WatchTools extends ResendTools {
  readonly gitlab: Webhooks;
  readonly config: HookConfig;
  readonly observer: HookObserver;
  readonly clock: Clock;
}

/** What is remembered of a hook from round to round. */
interface Memory extends Seen {
  state: HookState;
  /** What was told last of why it is off or could not be looked at; told again when it changes. */
  trouble: string | undefined;
  /** GitLab's limit for resends was reached. */
  hasMore: boolean;
}

/**
 * Looks after the hooks that lead to us: switches those on again that GitLab switched off, and has GitLab send again
 * what did not arrive. To be called every minute: a round is every five, and between them goes on what GitLab's limit
 * of 5 resends a minute has cut off. Never rejects; what could not be done is for the next round.
 */
export function createHookWatch(tools: WatchTools): () => Promise<void> {
  const { gitlab, config, observer, clock, caughtUp, isStopping } = tools;
  const memories = new Map<number, Memory>();
  let hooks: readonly WatchedHook[] = [];
  let foundAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function memoryOf({ id }: WatchedHook): Memory {
    const known = memories.get(id);
    if (known !== undefined) return known;
    const fresh: Memory = {
      state: 'executable',
      trouble: undefined,
      hasMore: false,
      hasRefused: false,
      tries: new Map(),
    };
    memories.set(id, fresh);
    return fresh;
  }

  function forget(isGone: (watched: WatchedHook) => boolean): void {
    for (const watched of hooks.filter(isGone)) memories.delete(watched.id);
    hooks = hooks.filter((watched) => !isGone(watched));
  }

  function tellState(watched: WatchedHook, hook: Hook, memory: Memory): void {
    if (hook.state !== memory.state) observer.changed(watched, hook);
    memory.state = hook.state;
  }

  /** Whether the hook is on now. */
  async function revive(watched: WatchedHook, hook: Hook, memory: Memory): Promise<boolean> {
    const tested = await testHook(gitlab, watched.project.id, hook);
    if (tested.kind === 'arrived') {
      tellState(watched, { ...hook, state: 'executable', disabledUntil: undefined }, memory);
      return true;
    }
    if (tested.reason !== memory.trouble) observer.stayedOff(watched, tested.reason);
    memory.trouble = tested.reason;
    return false;
  }

  async function look(watched: WatchedHook): Promise<void> {
    const hook = await gitlab.hook(watched.project.id, watched.id);
    if (hook === undefined) return forget(({ id }) => id === watched.id);
    const memory = memoryOf(watched);
    memory.hasMore = false;
    tellState(watched, hook, memory);
    // What is sent again while the hook is off is refused.
    if (hook.state !== 'executable' && !(await revive(watched, hook, memory))) return;
    memory.hasMore = await resendLost(watched, { ...tools, hook, seen: memory });
    memory.trouble = undefined;
  }

  async function round(isDue: boolean): Promise<void> {
    if (isDue && clock() - foundAt >= FIND_EVERY) {
      const found = await findHooks(gitlab, config, observer);
      forget(({ id }) => found.every((watched) => watched.id !== id));
      hooks = found;
      foundAt = clock();
    }
    for (const watched of hooks) {
      if (isStopping()) return;
      if (!isDue && !memoryOf(watched).hasMore) continue;
      try {
        await look(watched);
      } catch (error) {
        // GitLab is away or has enough of us: the others would fare the same.
        if (!(error instanceof Failure && ['permission', 'gone', 'refused'].includes(error.kind)))
          throw error;
        const memory = memoryOf(watched);
        if (error.message !== memory.trouble) observer.failed(watched.project.path, error);
        memory.trouble = error.message;
      }
    }
    const disabled = hooks.filter((watched) => memoryOf(watched).state !== 'executable').length;
    observer.counted({ watched: hooks.length, disabled });
  }

  return async () => {
    if (isStopping()) return;
    const isDue = clock() - lookedAt >= LOOK_EVERY;
    if (isDue) lookedAt = clock();
    try {
      await round(isDue);
      // What a hook that is off or not to be seen does not tell, nobody can wait for.
      const isComplete = !isStopping() && hooks.every((watched) => !memoryOf(watched).hasMore);
      if (isComplete) await caughtUp.moveTo('hookEvents', lookedAt);
    } catch (error) {
      observer.failed(undefined, error);
    }
  };
}
