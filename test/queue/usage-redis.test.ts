import { describeUsage } from '../contracts/usage.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeUsage('Redis', redisHome());
});
