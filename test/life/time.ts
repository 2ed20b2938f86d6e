import { vi } from 'vitest';

const FAKED = ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

/**
 * Puts a clock in the place of the real one that moves only when it is told to. Whoever waits for it must wait for
 * nothing else: all that happens between two timers happens in promises.
 */
export function virtualTime(now: number) {
  vi.useFakeTimers({ now, toFake: [...FAKED] });
  /** Everything that can go on without time goes on. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    /** Lets the next thing happen that has a time. */
    async step(): Promise<void> {
      vi.advanceTimersToNextTimer();
      await settle();
    },
    /** Lets `ms` milliseconds pass. */
    async pass(ms: number): Promise<void> {
      let isOver = false;
      await settle();
      setTimeout(() => {
        isOver = true;
      }, ms);
      while (!isOver) await this.step();
    },
    end: () => vi.useRealTimers(),
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
