import { describeUsage } from '../contracts/usage.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeUsage('PostgreSQL', postgresHome());
describeUsage('the embedded PostgreSQL', embeddedHome());
