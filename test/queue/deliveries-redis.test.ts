import { describeDeliveries } from '../contracts/deliveries.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeDeliveries('Redis', redisHome(), { apart: true });
});
