import { describeClaims } from '../contracts/claims.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeClaims('PostgreSQL', postgresHome(), { apart: true });
describeClaims('the embedded PostgreSQL', embeddedHome(), { apart: false });
