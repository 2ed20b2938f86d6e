import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { describeWith } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { metricsIn, unknownIn } from './promql.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: unknown;
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: unknown;
  }[];
}

const text = readFileSync(new URL('../../docker/grafana/beckon.json', import.meta.url), 'utf8');
const dashboard: {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
} = JSON.parse(text);
const { panels } = dashboard;
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ refId, expr }) => [`${title} ${refId}`, expr] as const),
);

describe('the dashboard for Grafana', () => {
  it.each(queries)('asks for what the program tells: %s', (_name, expr) => {
    expect(unknownIn(expr)).toEqual([]);
  });

  it('shows every metric', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `beckon_'));
    const told = rows.flatMap((row) => (row.split('|')[1] ?? '').match(/beckon_\w+/g) ?? []);
    const shown = queries
      .flatMap(([, expr]) => metricsIn(expr))
      .map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
    expect(told.filter((name) => !shown.includes(name))).toEqual([]);
  });

  it('takes its data source from a variable, so that it can be imported anywhere', () => {
    const source = { type: 'prometheus', uid: '${datasource}' };
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
    );
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect(panel.datasource).toEqual(source);
      for (const target of panel.targets ?? []) expect(target.datasource).toEqual(source);
    }
  });

  it('uses no variable that it has not', () => {
    const names = new Set([...text.matchAll(/\$\{?(\w+)/g)].map((match) => match[1]));
    const own = ['datasource', 'instance', 'agent', '__rate_interval', '__all'];
    expect([...names].filter((name) => !own.includes(name ?? ''))).toEqual([]);
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(own.slice(0, 3));
  });

  it('has panels of kinds that Grafana has, each once and none over another', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { type, title, gridPos } of panels) {
      expect(['row', 'stat', 'timeseries']).toContain(type);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), title).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});

describeWith(['promtool'], 'the queries of the dashboard', () => {
  it('are PromQL', async () => {
    const rules = queries.map(([, expr], index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*'),
    }));
    const file = join(await temporaryFolder(), 'panels.yml');
    await writeFile(file, stringify({ groups: [{ name: 'panels', rules }] }));
    const { stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
  });
});
