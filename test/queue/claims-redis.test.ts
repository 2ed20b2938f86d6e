import { describeClaims } from '../contracts/claims.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeClaims('Redis', redisHome(), { apart: true });
});
