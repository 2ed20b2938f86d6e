import { AsyncLocalStorage } from 'node:async_hooks';
import { sleep } from './time.ts';
import type { Trouble, Troubles } from './trouble.ts';

/** The job that is worked on where something is asked. */
export const atWorkOn = new AsyncLocalStorage<string>();

/** A process of Beckon: every call that it makes to the world outside goes through `call`. */
export interface Machine {
  readonly name: string;
  isAlive(): boolean;
  isAwake(): boolean;
  die(): void;
  /** Stands still for so long, and knows nothing of it. */
  freeze(ms: number): void;
  /** The job at whose call it froze, with that call done; its other jobs stood somewhere. */
  frozenAt(): string | undefined;
  /** Hears of the end of its life. */
  onDeath(listener: () => void): void;
  /**
   * Has `effect` happen after `ms` milliseconds, and its answer come back after as many. A machine that dies hears no
   * answer; what it had asked for happens all the same. `failed` makes the error of a trouble.
   */
  call<T>(
    operation: string,
    effect: () => T | Promise<T>,
    how: { readonly ms: number; readonly failed: (trouble: Trouble) => unknown },
  ): Promise<T>;
}

const never = <T>() => new Promise<T>(() => {});

export function createMachine(name: string, troubles: Troubles): Machine {
  let alive = true;
  let asleepUntil = 0;
  let frozenAt: string | undefined;
  const listeners: (() => void)[] = [];
  const machine: Machine = {
    name,
    isAlive: () => alive,
    isAwake: () => alive && Date.now() >= asleepUntil,
    die() {
      if (!alive) return;
      alive = false;
      for (const listener of listeners) listener();
    },
    frozenAt: () => frozenAt,
    freeze(ms) {
      frozenAt = undefined;
      asleepUntil = Math.max(asleepUntil, Date.now() + ms);
    },
    onDeath: (listener) => void listeners.push(listener),
    async call(operation, effect, { ms, failed }) {
      await awake();
      const trouble = troubles.next(operation, machine);
      if (trouble?.when === 'before' && trouble.what === 'dies') machine.die();
      if (!alive) return never();
      await sleep(ms);
      if (trouble?.when === 'before') throw failed(trouble);
      const answer = await effect();
      await sleep(ms);
      if (trouble?.what === 'dies') machine.die();
      else if (trouble?.what === 'freezes') {
        machine.freeze(trouble.ms ?? 0);
        frozenAt = atWorkOn.getStore();
      } else if (trouble !== undefined && alive) {
        await awake();
        throw failed(trouble);
      }
      await awake();
      return answer;
    },
  };

  async function awake(): Promise<void> {
    while (alive && Date.now() < asleepUntil) await sleep(asleepUntil - Date.now());
    if (!alive) await never();
  }

  return machine;
}
