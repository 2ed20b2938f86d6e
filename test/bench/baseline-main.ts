/** `npm run bench:baseline`: writes what things cost now, which `regression.test.ts` holds all later versions to. */
import { writeFile } from 'node:fs/promises';
import { BASELINE, NODE } from './baseline.ts';
import { measureCosts } from './costs.ts';

const costs = await measureCosts();
await writeFile(BASELINE, `${JSON.stringify({ node: NODE, costs }, null, 2)}\n`);
console.table(costs);
