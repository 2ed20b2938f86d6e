import { describeSharedText } from '../contracts/shared-text.ts';
import { embeddedHome, postgresHome } from './homes.ts';

describeSharedText('PostgreSQL', postgresHome());
describeSharedText('the embedded PostgreSQL', embeddedHome());
