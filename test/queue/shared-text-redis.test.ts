import { describeSharedText } from '../contracts/shared-text.ts';
import { describeWith } from '../support/needs.ts';
import { redisHome } from './homes.ts';

describeWith(['redis-server'], 'with a Redis', () => {
  describeSharedText('Redis', redisHome());
});
