import { describeRunQueue } from '../contracts/run-queue.ts';
import { EVERYWHERE } from '../support/everywhere.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeRunQueue('PostgreSQL', postgresHome());
if (EVERYWHERE) describeRunQueue('an embedded PostgreSQL', embeddedHome());
