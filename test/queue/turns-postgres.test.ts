import { describeTurns } from '../contracts/turns.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeTurns('PostgreSQL', postgresHome(), { apart: true });
describeTurns('the embedded PostgreSQL', embeddedHome(), { apart: false });
