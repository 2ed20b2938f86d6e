import { BeckonError } from '../lib/errors.ts';
import { remediesOf, wrong } from '../setup/finding.ts';
import type { Finished, Outcome } from './carry-out.ts';
import type { NeededVariable } from './needed-variables.ts';

/** A project with a line for each step, and below it what is or was done about it. */
export function renderProject(finished: Finished): string {
  const lines = 'fault' in finished ? faultLines(finished.fault) : finished.outcomes.flatMap(renderOutcome);
  return [finished.project, ...lines].join('\n');
}

function renderOutcome({ step, result }: Outcome): readonly string[] {
  if (result instanceof BeckonError)
    return [`  ✗ ${step.is}`, ...faultLines(result).map((line) => `    ${line}`)];
  if (result !== undefined) return [`  ✓ ${result.text}`];
  switch (step.kind) {
    case 'there':
      return [`  ${step.mergeRequest === undefined ? '✓' : '!'} ${step.is}`];
    case 'act':
      return [`  + ${step.is}`, `      ${step.will}`];
    case 'person':
      return [`  ✗ ${step.is}`, ...remedies(step).map((remedy) => `      ${remedy}`)];
    default:
      return step satisfies never;
  }
}

function faultLines({ message, hint }: BeckonError): readonly string[] {
  return [`  ✗ ${message}`, ...(hint === undefined ? [] : [`      ${hint}`])];
}

function remedies({ is, remedy, link }: Extract<Outcome['step'], { kind: 'person' }>): readonly string[] {
  return remediesOf(wrong(is, remedy, link));
}

/** What is left to people in a project; empty where nothing is. */
export function renderRest(finished: Finished): string {
  if ('fault' in finished) return '';
  const { project, outcomes, variables, variablesLink } = finished;
  const lines = [
    ...outcomes.flatMap(({ step }) => (step.kind === 'person' ? remedies(step) : [])),
    ...mergeRequestsOf(outcomes).map((url) => `Merge ${url}`),
    ...environmentsOf(variables).flatMap((environment) => [
      `Add these CI/CD variables, masked, environment scope ${environment}: ${variablesLink}`,
      ...variables
        .filter((one) => one.environment === environment)
        .map(({ name, about }) => `    ${name.padEnd(24)}${about}`.trimEnd()),
    ]),
  ];
  return lines.length === 0 ? '' : [project, ...lines.map((line) => `  ${line}`)].join('\n');
}

function mergeRequestsOf(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ step, result }) => {
    if (result instanceof BeckonError) return [];
    return result?.mergeRequest ?? (step.kind === 'there' ? step.mergeRequest : undefined) ?? [];
  });
}

function environmentsOf(variables: readonly NeededVariable[]): readonly string[] {
  return [...new Set(variables.map(({ environment }) => environment))];
}

/** The same for machines. */
export function projectJson(finished: Finished): object {
  const { project } = finished;
  if ('fault' in finished) return { project, ...faultJson(finished.fault) };
  const { outcomes, variables, variablesLink } = finished;
  return {
    project,
    steps: outcomes.map(outcomeJson),
    mergeRequests: mergeRequestsOf(outcomes),
    variables: variables.map((variable) => ({ ...variable, link: variablesLink })),
  };
}

function outcomeJson({ step, result }: Outcome): object {
  const { is } = step;
  if (result instanceof BeckonError) return { state: 'failed', is, ...faultJson(result) };
  if (result !== undefined) return { state: 'done', is, done: result.text };
  switch (step.kind) {
    case 'there':
      return { state: 'there', is };
    case 'act':
      return { state: 'planned', is, will: step.will };
    case 'person':
      return { state: 'person', is, remedy: step.remedy ?? null, link: step.link ?? null };
    default:
      return step satisfies never;
  }
}

function faultJson({ message, hint }: BeckonError): object {
  return { error: message, hint: hint ?? null };
}
