import { describeCaughtUp } from '../contracts/caught-up.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeCaughtUp('Redis', redisHome(), { apart: true });
});
