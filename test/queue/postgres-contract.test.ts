import { describeRunQueue } from '../contracts/run-queue.ts';
import { postgresHome } from './homes.ts';

describeRunQueue('PostgreSQL', postgresHome());
