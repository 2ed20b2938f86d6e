import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { describeWith } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { GOOD, TROUBLES } from './alert-series.ts';
import { unknownIn } from './promql.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

const file = fileURLToPath(new URL('../../docker/prometheus/alerts.yml', import.meta.url));
const rules: readonly Rule[] = parse(readFileSync(file, 'utf8')).groups[0].rules;
const named = rules.map((rule) => [rule.alert, rule] as const);

/** The anchor that GitLab and GitHub give a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

describe('the alert rules', () => {
  it.each(named)('ask for what the program tells: %s', (_name, { expr }) => {
    expect(unknownIn(expr)).toEqual([]);
  });

  it.each(named)(
    'say how bad it is, what to do, and where there is more: %s',
    (_name, { labels, annotations }) => {
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
      expect(annotations.description.length).toBeGreaterThan(40);
      const [page = '', anchor] = annotations.runbook.split('#');
      const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
      const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
      if (anchor !== undefined) expect(anchors).toContain(anchor);
    },
  );

  it('are all named by the documentation', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const told = page.match(/`Beckon[A-Z]\w+`/g) ?? [];
    expect([...new Set(told)].sort()).toEqual(rules.map(({ alert }) => `\`${alert}\``).sort());
  });

  it('are each tried', () => {
    const tried = new Set(TROUBLES.flatMap(({ alerts }) => alerts));
    expect(rules.map(({ alert }) => alert).filter((alert) => !tried.has(alert))).toEqual([]);
  });
});

/** What promtool says to the alerts that are there after four hours of these series. */
async function complaintOf(
  series: Readonly<Record<string, string>>,
  alerts: readonly string[],
): Promise<string> {
  const test = {
    rule_files: [file],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
            eval_time: '4h',
            exp_samples: alerts.map((alertname) => ({
              labels: `{alertname="${alertname}"}`,
              value: 1,
            })),
          },
        ],
      },
    ],
  };
  const path = join(await temporaryFolder(), 'alerts.test.yml');
  await writeFile(path, stringify(test));
  const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', path], { encoding: 'utf8' });
  return stdout.includes('SUCCESS') ? stderr : stdout + stderr;
}

describeWith(['promtool'], 'the alerts', () => {
  it('are rules of Prometheus', () => {
    const { stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it('are silent while all is well', async () => {
    expect(await complaintOf(GOOD, [])).toBe('');
  });

  it.each(TROUBLES)('are heard, those and no others, when $when', async ({ alerts, series }) => {
    const changed = Object.entries({ ...GOOD, ...series }).flatMap(([name, values]) =>
      values === undefined ? [] : [[name, values] as const],
    );
    expect(await complaintOf(Object.fromEntries(changed), alerts)).toBe('');
  });
});
