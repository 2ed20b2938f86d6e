import { describeRates } from '../contracts/rates.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeRates('PostgreSQL', postgresHome(), { apart: true });
describeRates('the embedded PostgreSQL', embeddedHome(), { apart: false });
