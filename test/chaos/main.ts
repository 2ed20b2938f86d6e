/**
 * `npm run test:chaos`: plays on each home of the queue, prints a table, and fails where anything was lost or done
 * twice. `CHAOS_SECONDS`, `CHAOS_SEED`, `CHAOS_HOME`, `CHAOS_RATE` (requests in a second) and `CHAOS_CALM` change the play,
 * `CHAOS_TABLE` names a file for the table in Markdown, `CHAOS_LOG` a folder for the logs.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOMES } from './homes.ts';
import { play } from './play.ts';
import { tableOf } from './table.ts';

const { CHAOS_HOME, CHAOS_TABLE, CHAOS_LOG } = process.env;
const seconds = Number(process.env.CHAOS_SECONDS ?? 60);
const seed = Number(process.env.CHAOS_SEED ?? 1);
const rate = Number(process.env.CHAOS_RATE ?? 1);
const calm = Number(process.env.CHAOS_CALM ?? 4);
const homes = HOMES.filter((home) => CHAOS_HOME === undefined || CHAOS_HOME === home);
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(1));
const rows = [];
for (const home of homes) {
  const played = await play({ home, seed, seconds, rate, calm, patience: 600_000 });
  rows.push({ home, seed, seconds, ...played });
  const { lost, double, wrong, log, asked } = played;
  console.log(tableOf(rows.slice(-1)));
  for (const sentence of [...lost, ...double, ...wrong]) console.log(`- ${sentence}`);
  if (CHAOS_LOG !== undefined) {
    const requests = asked.map((request) => JSON.stringify(request));
    await writeFile(join(CHAOS_LOG, `${home}-${seed}.log`), log.join('\n'));
    await writeFile(join(CHAOS_LOG, `${home}-${seed}.requests`), requests.join('\n'));
  }
  if (lost.length + double.length + wrong.length > 0) process.exitCode = 1;
}
if (CHAOS_TABLE !== undefined) await writeFile(CHAOS_TABLE, tableOf(rows));
