import { describeTurns } from '../contracts/turns.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeTurns('Redis', redisHome(), { apart: true });
});
