import type { Config } from '../config/config.ts';
import { isFixed, withFixed } from '../config/fixed.ts';
import { differences } from '../config/leaves.ts';
import type { ConfigSource, LoadedConfig } from '../config/source.ts';
import type { ReloadObserver } from '../observability/reload-observer.ts';

/** Milliseconds between two looks at the files of the config; a change is taken at the second look that sees it. */
const LOOK_MS = 2_000;

/**
 * Loads the config anew when its files change, and whenever told to; one after the other, so that what is loaded last
 * is what counts. One that is wrong, or that cannot be gone by, is refused, and the one before goes on.
 */
export function createReloading(
  source: ConfigSource,
  {
    first,
    apply,
    observer,
    isStopping,
  }: {
    /** What the process was started with. */
    readonly first: LoadedConfig;
    /** Goes by the next config; rejects, and goes on as before, where that cannot be. */
    readonly apply: (next: Config) => Promise<void>;
    readonly observer: ReloadObserver;
    readonly isStopping: () => boolean;
  },
): { reload(): void; stop(): void } {
  let last = first;
  let reloading = Promise.resolve();
  let isDue = false;
  let timer: NodeJS.Timeout;

  async function loadAnew(): Promise<void> {
    if (isStopping()) return;
    try {
      const loaded = await source.load();
      const next = withFixed(loaded.config, first.config);
      await apply(next);
      const changed = differences(last.leaves, loaded.leaves);
      const fromFirst = new Set(differences(first.leaves, loaded.leaves));
      const afterRestart = changed.filter((path) => isFixed(path) && fromFirst.has(path));
      last = loaded;
      if (!isStopping()) observer.reloaded(next, { changed, afterRestart });
    } catch (error) {
      if (!isStopping()) observer.refused(error);
    }
  }

  /** What is asked for while one is due already is the same one. */
  function reload(): Promise<void> {
    if (isDue) return reloading;
    isDue = true;
    reloading = reloading.then(() => {
      isDue = false;
      return loadAnew();
    });
    return reloading;
  }

  function watch(): void {
    timer = setTimeout(async () => {
      if (await source.hasChanged()) await reload();
      if (!isStopping()) watch();
    }, LOOK_MS).unref();
  }

  watch();
  return { reload: () => void reload(), stop: () => clearTimeout(timer) };
}
