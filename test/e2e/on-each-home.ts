import { redisHome } from '../queue/homes.ts';
import { EVERYWHERE } from '../support/everywhere.ts';
import { describeWith } from '../support/needs.ts';
import { openScene, type Scene, type SceneOptions } from './scene.ts';

/** Opens a scene whose queue is where the suite is to run. */
export type Open = (options?: SceneOptions) => Promise<Scene>;

/** A suite that needs git, on the embedded queue and once more on Redis. */
export function onEachHome(name: string, suite: (open: Open) => void): void {
  const isOnRedis = name.length % 2 === 0;
  if (EVERYWHERE || !isOnRedis) describeWith(['git'], `${name}, embedded`, () => suite(openScene));
  if (EVERYWHERE || isOnRedis) {
    describeWith(['git', 'redis-server'], `${name}, on Redis`, () =>
      suite((options) => openScene({ ...options, home: redisHome() })),
    );
  }
}
