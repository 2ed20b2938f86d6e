import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Row, Scenario } from './row.ts';
import { SCENARIOS } from './scenarios.ts';
import { markdownTable } from './table.ts';

const OUT = new URL('../../.cache/bench/', import.meta.url);

/**
 * Measures Beckon beside its ceilings: `npm run bench`, or `npm run bench -- [--rounds 5] NAME…` for some of the scenarios. Prints the
 * table, and writes it into `.cache/bench` as JSON and Markdown. Ends with 1 where something is not reached.
 */
async function main(names: readonly string[], rounds: number): Promise<void> {
  const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no ${unknown.join(', ')}. There are: ${SCENARIOS.map(({ name }) => name).join(', ')}.`,
    );
    process.exitCode = 2;
    return;
  }
  const rows: Row[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    rows.push(...(await measured(scenario, rounds)));
  }
  const table = markdownTable(rows);
  const machine = { node: process.version, cores: cpus().length, processor: cpus()[0]?.model ?? 'unknown' };
  await mkdir(OUT, { recursive: true });
  await writeFile(new URL('bench.json', OUT), JSON.stringify({ ...machine, rounds, rows }, null, 2));
  await writeFile(new URL('bench.md', OUT), `${table}\n`);
  console.log(
    `\nNode ${machine.node}, ${machine.cores} cores, medians of ${rounds} rounds in turn\n\n${table}`,
  );
  if (table.includes('✗')) process.exitCode = 1;
}

async function measured(scenario: Scenario, rounds: number): Promise<readonly Row[]> {
  const began = Date.now();
  console.error(`${scenario.name}: ${scenario.about}`);
  const rows = await scenario.measure({ rounds, say: (text) => console.error(`  ${text}`) });
  console.error(`  ${Math.round((Date.now() - began) / 1_000)} s`);
  return rows;
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
});
await main(positionals, Number(values.rounds));
