import { describeRates } from '../contracts/rates.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeRates('Redis', redisHome(), { apart: true });
});
