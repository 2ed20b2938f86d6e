import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Row, Scenario } from './row.ts';
import { SCENARIOS } from './scenarios.ts';
import { markdownTable } from './table.ts';

const PAGE = new URL('../../docs/performance.md', import.meta.url);
const OUT = new URL('../../.cache/bench/', import.meta.url);

/**
 * Measures Beckon beside its ceilings: `npm run bench`, or `npm run bench -- [--rounds 5] NAME…` for some of the scenarios.
 * Prints the table, and writes it into `.cache/bench` as JSON and Markdown, with `--page` into `docs/performance.md` as well.
 * Ends with 1 where something is not reached.
 */
async function main(
  names: readonly string[],
  { rounds, page }: { rounds: number; page: boolean },
): Promise<void> {
  const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no ${unknown.join(', ')}. There are: ${SCENARIOS.map(({ name }) => name).join(', ')}.`,
    );
    process.exitCode = 2;
    return;
  }
  const rows: Row[] = [];
  const broken: [string, unknown][] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    try {
      rows.push(...(await measured(scenario, rounds)));
    } catch (error) {
      // The others took their time, too.
      broken.push([scenario.name, error]);
    }
  }
  const table = markdownTable(rows);
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`;
  const text = `${machine}, ${rounds} rounds or as many as the row says, in turn, on ${new Date().toISOString().slice(0, 10)}.\n\n${table}`;
  await mkdir(OUT, { recursive: true });
  await writeFile(new URL('bench.json', OUT), JSON.stringify({ machine, rows }, null, 2));
  await writeFile(new URL('bench.md', OUT), `${text}\n`);
  if (page) await writePage(text);
  console.log(`\n${text}`);
  if (table.includes('✗') || broken.length > 0) process.exitCode = 1;
  for (const [name, error] of broken) console.error(`${name} broke off:`, error);
}

/** Puts the table into the page where it belongs. */
async function writePage(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(
    PAGE,
    page.replace(/(?<=<!-- bench -->\n)[\s\S]*(?=<!-- \/bench -->)/, () => `\n${text}\n\n`),
  );
}

async function measured(scenario: Scenario, rounds: number): Promise<readonly Row[]> {
  const began = Date.now();
  console.error(`${scenario.name}: ${scenario.about}`);
  const rows = await scenario.measure({ rounds, say: (text) => console.error(`  ${text}`) });
  console.error(`  ${Math.round((Date.now() - began) / 1_000)} s`);
  return rows;
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, page: { type: 'boolean', default: false } },
  allowPositionals: true,
});
await main(positionals, { rounds: Number(values.rounds), page: values.page });
