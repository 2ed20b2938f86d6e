import { describeDeliveries } from '../contracts/deliveries.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeDeliveries('PostgreSQL', postgresHome(), { apart: true });
describeDeliveries('the embedded PostgreSQL', embeddedHome(), { apart: false });
