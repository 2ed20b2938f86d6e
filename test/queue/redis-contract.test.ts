import { describeRunQueue } from '../contracts/run-queue.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeRunQueue('Redis', redisHome());
});
