import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createReloading } from '../../src/app/reload.ts';
import type { Config } from '../../src/config/config.ts';
import { leavesOf } from '../../src/config/leaves.ts';
import type { LoadedConfig } from '../../src/config/source.ts';
import { config } from '../builders/config.ts';
import { until } from '../support/until.ts';

const loadedOf = (limits: object, port = 1): LoadedConfig => ({
  config: config({ server: { ...config().server, port } }),
  leaves: leavesOf({ limits, server: { port } }),
});

/** Goes by whatever `next` holds, and says what became of it. */
function setUp() {
  const said: string[] = [];
  const applied: Config[] = [];
  let isStopping = false;
  let atOnce = 0;
  let next: () => LoadedConfig = () => loadedOf({});
  const reloading = createReloading(
    {
      async load() {
        atOnce += 1;
        said.push(`loading ${atOnce}`);
        await sleep(20);
        return next();
      },
      hasChanged: async () => false,
    },
    {
      first: loadedOf({ depth: 1 }),
      async apply(changed) {
        applied.push(changed);
        await sleep(20);
        atOnce -= 1;
      },
      observer: {
        reloaded: (_config, { changed, afterRestart }) =>
          said.push(`reloaded ${changed}${afterRestart.length > 0 ? `, later ${afterRestart}` : ''}`),
        refused: (error) => {
          atOnce = 0;
          said.push(`refused ${error instanceof Error ? error.message : ''}`);
        },
      },
      isStopping: () => isStopping,
    },
  );
  const has = (loaded: LoadedConfig | Error) => {
    next = () => {
      if (loaded instanceof Error) throw loaded;
      return loaded;
    };
  };
  const stop = () => {
    isStopping = true;
  };
  open.push(reloading);
  return { ...reloading, said, applied, has, stop, saysAtLast: (text: string) => said.at(-1) === text };
}

const open: { stop(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.stop();
});

describe('loading the config anew', () => {
  it('is done one after the other, and once for all that ask while one is due', async () => {
    const { reload, said, has } = setUp();
    has(loadedOf({ depth: 2 }));
    reload();
    await until('the first is under way', () => said.length === 1);
    for (let times = 0; times < 5; times += 1) reload();
    await until('both are done', () => said.length === 4);
    await sleep(100);
    expect(said).toEqual(['loading 1', 'reloaded limits.depth', 'loading 1', 'reloaded ']);
  });

  it('leaves what cannot change as it was, and says so once', async () => {
    const { reload, said, applied, has } = setUp();
    for (const [loaded, words] of [
      [loadedOf({ depth: 1 }, 2), 'reloaded server.port, later server.port'],
      [loadedOf({ depth: 3 }, 2), 'reloaded limits.depth'],
      [loadedOf({ depth: 3 }, 1), 'reloaded server.port'],
    ] as const) {
      has(loaded);
      reload();
      await until(words, () => said.at(-1) === words);
    }
    expect(applied.map(({ server }) => server.port)).toEqual([1, 1, 1]);
  });

  it('goes on after one that was refused', async () => {
    const { reload, said, saysAtLast, has } = setUp();
    has(new Error('a fault'));
    reload();
    await until('it is refused', () => saysAtLast('refused a fault'));
    has(loadedOf({ depth: 2 }));
    reload();
    await until('it is taken', () => saysAtLast('reloaded limits.depth'));
    expect(said).toHaveLength(4);
  });

  it('is over when the program stops: none begins, and of one under way nothing is said', async () => {
    const { reload, said, stop } = setUp();
    reload();
    await until('it is under way', () => said.length === 1);
    stop();
    reload();
    await sleep(150);
    expect(said).toEqual(['loading 1']);
  });
});
