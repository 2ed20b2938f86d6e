import { parseDocument } from 'yaml';
import type { Change } from './plan.ts';

/** A shipped flow file. */
export interface ShippedFlow {
  readonly name: string;
  /** The first sentence of the comment that it begins with. */
  readonly about: string;
  /** CI/CD variables that its job uses, and what the comment says of them. */
  readonly variables: readonly { readonly name: string; readonly about: string }[];
  readonly text: string;
}

/** `#   NAME   what it is`, and lines further in that go on: a variable in the comment of a flow file. */
const DOCUMENTED = /^# {2,}([A-Z][A-Z0-9_<>]*) {2,}(.+(?:\n# {8,}.+)*)$/gm;

/** Reads what a flow file says of itself. */
export function readShippedFlow(name: string, text: string): ShippedFlow {
  const comment = /^(?:#.*\n)*/.exec(text)?.[0] ?? '';
  const about = firstSentence(comment.split(/\n#[ \t]*\n/)[0] ?? '');
  const { variables } = (parseDocument(text).toJS() ?? {}) as { variables?: unknown };
  const named = new Map((Array.isArray(variables) ? variables : []).map((key) => [String(key), '']));
  for (const [, key = '', meaning = ''] of comment.matchAll(DOCUMENTED))
    named.set(key, firstSentence(meaning));
  return {
    name,
    about,
    variables: [...named].map(([key, meaning]) => ({ name: key, about: meaning })),
    text,
  };
}

/** Of lines of a comment. */
function firstSentence(lines: string): string {
  const words = lines.replace(/^#/gm, '').replace(/\s+/g, ' ').trim();
  return /^.*?\.(?=\s|$)/.exec(words)?.[0] ?? words;
}

/** Where a project has the flow of an agent. */
export function flowPathOf(name: string): string {
  return `.gitlab/duo/flows/${name}.yaml`;
}

/** The merge request that brings a flow into a project; `isNew` says that nothing is at the path yet. */
export function flowChange(
  { name, text }: ShippedFlow,
  { path, isNew }: { path: string; isNew: boolean },
): Change {
  return {
    branch: `beckon/flow-${branchPart(name, path)}`,
    title: `${isNew ? 'Add' : 'Update'} the flow of the agent ${name}`,
    description: [
      `${isNew ? 'Adds' : 'Brings up to date:'} \`${path}\`, which says what runs when somebody calls the agent ${name}: image, commands, and the CI/CD variables that it may see. Nothing else reads it.`,
      '',
      'Opened by `beckon flow add`. Calling it again brings this merge request up to date.',
    ].join('\n'),
    actions: [{ action: isNew ? 'create' : 'update', path, content: text }],
    ciFiles: [],
  };
}

/** Two agents of a project may have the same flow at two places; a branch for each. */
function branchPart(name: string, path: string): string {
  return path === flowPathOf(name)
    ? name
    : path
        .replace(/\.ya?ml$/, '')
        .replace(/\W+/g, '-')
        .replace(/^-/, '');
}

/** A flow and its variables, as a list shows them. */
export function renderFlow({ name, about, variables }: ShippedFlow): string {
  return [
    `${name}: ${about}`,
    ...variables.map((one) => `  ${one.name.padEnd(24)}${one.about}`.trimEnd()),
  ].join('\n');
}

/** What is left to do once a flow file is in the project. */
export function renderNextSteps(flow: ShippedFlow, path: string): string {
  return [
    '',
    `Next, in the project under Settings > CI/CD > Variables, masked, environment scope ai-flow/${flow.name}:`,
    ...renderFlow(flow).split('\n').slice(1),
    `and in the config of Beckon, below agents.${flow.name}:`,
    `  flow: ${path}`,
  ].join('\n');
}
