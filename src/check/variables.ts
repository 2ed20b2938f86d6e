import { tokenVariable } from '../config/token-variable.ts';
import { type Finding, ok, risky, unknown, wrong } from '../setup/finding.ts';
import { coverWorkloads } from './branches.ts';
import { type Heard, unheard, wordsOf } from './heard.ts';
import type { CiVariable, ProtectedBranch } from './ports.ts';
import { matchesWildcard } from './wildcard.ts';

/** CI/CD variables that an agent's flow uses. */
export interface FlowVariables {
  readonly agent: string;
  /** Under `variables` of the flow. */
  readonly names: readonly string[];
  /** Whether its commands use the agent's token. */
  readonly usesToken: boolean;
  /** Whether its runs are signed, so that nobody else shall have them used. */
  readonly isSigned: boolean;
}

interface ProjectVariables {
  readonly variables: Heard<readonly CiVariable[]>;
  readonly protections: Heard<readonly ProtectedBranch[]>;
  /** Of the project. */
  readonly url: string;
}

/** Whether the job of an agent is given what its flow uses, and whether others see it. */
export function findVariables(flow: FlowVariables, facts: ProjectVariables): readonly Finding[] {
  const token = tokenVariable(flow.agent);
  const names = [...new Set([...(flow.usesToken ? [token] : []), ...flow.names])];
  if (names.length === 0) return [];
  const { variables } = facts;
  if ('failure' in variables) return [unheard(`CI/CD variables ${names.join(', ')}`, variables.failure)];
  const link = `${facts.url}/-/settings/ci_cd`;
  return names.flatMap((name) => {
    const there = variables.is.filter(({ key }) => key === name);
    if (there.length > 0) return findVariable(there, { ...facts, flow, link });
    // Others may be optional, or come from a group.
    if (name !== token) return [];
    return [
      risky(
        `The project has no CI/CD variable ${name}: unless a group above has it, the agent's job answers nothing, and pushes only where job tokens may.`,
        `Add it under Variables with the token of the agent: masked, environment scope ai-flow/${flow.agent}.`,
        link,
      ),
    ];
  });
}

function findVariable(
  there: readonly CiVariable[],
  {
    flow: { agent, isSigned },
    link,
    protections,
  }: ProjectVariables & { readonly flow: FlowVariables; readonly link: string },
): readonly Finding[] {
  const environment = `ai-flow/${agent}`;
  // Of several the one with the most exact scope is given.
  const [given] = there
    .filter(({ scope }) => matchesWildcard(scope, environment))
    .sort((one, other) => other.scope.length - one.scope.length);
  const [{ key: name } = { key: '' }] = there;
  if (given === undefined) {
    const scopes = there.map(({ scope }) => scope).join(', ');
    return [
      wrong(
        `${name} is for the environment ${scopes}, and the agent's is ${environment}.`,
        `Set its environment scope to ${environment}.`,
        link,
      ),
    ];
  }
  const dangers = findDangers(given, { environment, link, isSigned });
  if (given.protected) {
    if ('failure' in protections)
      return [
        unknown(`${name} is protected, and whether workloads/* is too: ${wordsOf(protections.failure)}.`),
      ];
    if (coverWorkloads(protections.is).length === 0)
      return [
        wrong(
          `${name} is protected, so jobs on workloads/* are not given it.`,
          'Take "Protect variable" off, or protect workloads/* with Developers allowed to push.',
          link,
        ),
      ];
  }
  return dangers.length > 0 ? dangers : [ok(`The job of ${agent} is given ${name}.`)];
}

/** Of a secret; other variables, such as the name of a model, need no care. */
function findDangers(
  { key, masked, scope, protected: isProtected }: CiVariable,
  { environment, link, isSigned }: { environment: string; link: string; isSigned: boolean },
): readonly Finding[] {
  if (!/TOKEN|KEY|SECRET|PASSWORD/i.test(key)) return [];
  return [
    ...(masked ? [] : [risky(`${key} is not masked, so job logs can show it.`, 'Mask it.', link)]),
    ...(scope === '*'
      ? [
          risky(
            `${key} is given to every job of the project, not to the agent's alone.`,
            `Set its environment scope to ${environment}.`,
            link,
          ),
        ]
      : []),
    ...(isSigned && !isProtected
      ? [
          risky(
            `${key} is given to jobs on every branch that name the agent's environment, whatever the signature says.`,
            'Protect the branches workloads/*, and the variable.',
            link,
          ),
        ]
      : []),
  ];
}
