import { describeCaughtUp } from '../contracts/caught-up.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeCaughtUp('PostgreSQL', postgresHome(), { apart: true });
describeCaughtUp('the embedded PostgreSQL', embeddedHome(), { apart: false });
