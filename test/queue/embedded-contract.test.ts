import { describeRunQueue } from '../contracts/run-queue.ts';
import { embeddedHome } from './homes.ts';

describeRunQueue('an embedded PostgreSQL', embeddedHome());
