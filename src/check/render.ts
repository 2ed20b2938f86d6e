import { type Finding, remediesOf, renderFinding } from '../setup/finding.ts';
import type { Group, Subject } from './check.ts';

const HEADINGS: Readonly<Record<Subject['kind'], string>> = {
  config: 'Config',
  queue: 'Queue',
  gitlab: 'GitLab',
  operator: 'Operator',
  agent: 'Agent',
  project: 'Project',
};

/** All groups, a line for each finding and one for what to do about it, and what it comes to. */
export function renderGroups(groups: readonly Group[]): string {
  const blocks = groups.map(({ about: { kind, name }, findings }) =>
    [`${HEADINGS[kind]} ${name}`, ...findings.flatMap(renderWhole)].join('\n'),
  );
  return [...blocks, summaryOf(groups.flatMap(({ findings }) => findings))].join('\n\n');
}

function renderWhole(finding: Finding): readonly string[] {
  return [renderFinding(finding), ...remediesOf(finding).map((remedy) => `      ${remedy}`)];
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const parts = [
    [count('wrong'), 'will not work (✗)'],
    [count('risky'), 'with a danger (!)'],
    [count('unknown'), 'not known (?)'],
  ] as const;
  const told = parts.flatMap(([number, words]) => (number === 0 ? [] : [`${number} ${words}`]));
  return told.length === 0 ? 'All is well.' : `${told.join(', ')}; all else is well.`;
}

/** Whether nothing was found that will not work. */
export function isWell(groups: readonly Group[]): boolean {
  return groups.every(({ findings }) => findings.every(({ state }) => state !== 'wrong'));
}

/** The answer for machines. */
export function jsonOf(groups: readonly Group[]): string {
  const findings = groups.flatMap(({ about, findings }) =>
    findings.map((finding) => ({ about, ...finding })),
  );
  return JSON.stringify({ ok: isWell(groups), findings }, null, 2);
}
