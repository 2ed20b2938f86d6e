import { writeFileSync } from 'node:fs';
import { configurationPage } from './configuration-page.ts';

/** Writes the pages that are made from the code. */
writeFileSync(new URL('../../docs/configuration.md', import.meta.url), configurationPage());
