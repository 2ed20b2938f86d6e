import { redisHome } from '../queue/homes.ts';
import { describeWith } from '../support/needs.ts';
import { openScene, type Scene, type SceneOptions } from './scene.ts';

/** Opens a scene whose queue is where the suite is to run. */
export type Open = (options?: SceneOptions) => Promise<Scene>;

/** CI has a quarter of an hour: there each suite has one of both homes, always the same one. */
const EVERYWHERE = process.env.CI === undefined || process.env.BECKON_HOMES === 'all';

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
