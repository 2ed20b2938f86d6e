import { ACCESS_LEVELS } from '../config/config.ts';
import { agentJobIn } from './ci-file.ts';
import type { AgentFact, CiFacts, CiPlace } from './facts.ts';
import { type Finding, ok, risky, unknown, wrong } from './finding.ts';
import { planHandoff, takesInputs } from './handoff.ts';
import type { ProjectSettings, VariablesRole } from './ports.ts';
import { findSigning } from './signing.ts';

/** Holds a project to what agents need; `agentJob` is the shipped file with their job. */
export function findCi(facts: CiFacts, { agentJob }: { agentJob: string }): readonly Finding[] {
  const { settings, agents } = facts;
  return [
    ...findProject(settings),
    ...(agents.length === 0 ? [unknown(`No trigger of the config covers ${settings.path}.`)] : []),
    ...agents.map((agent) => findRole(agent, settings)),
    ...findConfiguration(facts, { agentJob }),
  ];
}

/** What else than its CI configuration a project has to have. */
export function findProject({
  archived,
  defaultBranch,
  jobsEnabled,
  url,
}: ProjectSettings): readonly Finding[] {
  return [
    ...(archived ? [wrong('The project is archived.', 'Unarchive it, under Advanced.', `${url}/edit`)] : []),
    ...(defaultBranch === undefined
      ? [wrong('The repository is empty.', 'Commit something first.', url)]
      : []),
    ...(jobsEnabled
      ? []
      : [
          wrong(
            'CI/CD is off.',
            'Turn CI/CD on under Visibility, project features, permissions.',
            `${url}/edit`,
          ),
        ]),
  ];
}

/** Holds the role of an agent's account to what it takes to push and to start pipelines, which is Developer. */
export function findRole({ account, level }: AgentFact, { url, variablesRole }: ProjectSettings): Finding {
  const role = `${account} is ${roleOf(level)}`;
  const members = `${url}/-/project_members`;
  if ((level ?? 0) < ACCESS_LEVELS.developer)
    return wrong(`${role}, and has to be Developer.`, `Make ${account} a Developer.`, members);
  const needsMore = variablesRole === 'maintainer' || variablesRole === 'owner';
  return (level ?? 0) < ACCESS_LEVELS.maintainer || needsMore
    ? ok(`${role}.`)
    : risky(`${role}, which is more than it needs.`, `Make ${account} a Developer.`, members);
}

/** Holds a project's CI configuration to what agents need. */
export function findConfiguration(
  facts: CiFacts,
  { agentJob }: { readonly agentJob: string },
): readonly Finding[] {
  return [
    ...findFile(facts),
    ...findAgentFile(facts, agentJob),
    ...findSigning(facts),
    ...findLint(facts),
    findVariables(facts),
  ];
}

/** The CI file as a person knows it. */
export function nameOf(place: CiPlace): string {
  return place.kind === 'central' ? `${place.path} of the project ${place.project}` : place.path;
}

/** Whether something is there that runs when an agent is called. */
export function hasAgentJob(facts: CiFacts): boolean {
  return facts.file?.agentInclude !== undefined || ownAgentJob(facts) !== undefined;
}

/** A job of the project's own; there is one to find only where no rules keep it out of GitLab's check. */
function ownAgentJob({ lint, agents }: CiFacts): string | undefined {
  const forFlows = agents.length === 0 || agents.some(({ hasFlow }) => hasFlow);
  return lint === undefined ? undefined : agentJobIn(lint.mergedYaml, { forFlows });
}

function findFile(facts: CiFacts): readonly Finding[] {
  const { place, text, file } = facts;
  const name = nameOf(place);
  if (place.kind === 'remote') return [unknown(`The CI configuration is ${name}, which is not looked at.`)];
  if (text === undefined)
    return [
      wrong(place.kind === 'central' ? `${name} is not there, or not to be read.` : `There is no ${name}.`),
    ];
  if (file === undefined) return [wrong(`${name} is not a CI configuration.`)];
  const { agentInclude, unguarded } = file;
  if (agentInclude === undefined) {
    const job = ownAgentJob(facts);
    return [
      job === undefined
        ? wrong(`${name} does not include the agent's job.`)
        : ok(`${name} has a job for agents: ${job}.`),
    ];
  }
  return [
    ok(`${name} includes the agent's job (${agentInclude.name}).`),
    ...(unguarded.length === 0
      ? []
      : [wrong(`${name} lets others run beside an agent and its keys: ${unguarded.join(', ')}.`)]),
    ...(planHandoff(facts).needsInputs && !takesInputs(facts)
      ? [wrong(`${name} does not take runs by pipeline inputs.`)]
      : []),
  ];
}

function findAgentFile({ file, agentFile }: CiFacts, agentJob: string): readonly Finding[] {
  if (file?.agentInclude === undefined) return [];
  const { name } = file.agentInclude;
  if (agentFile === undefined) return [unknown(`${name} was not compared with the job of this Beckon.`)];
  if (agentFile.text === undefined) return [wrong(`There is no ${agentFile.path}.`)];
  return [
    isSame(agentFile.text, agentJob)
      ? ok(`${agentFile.path} is the one of this Beckon.`)
      : wrong(`${agentFile.path} is another version than the one of this Beckon.`),
  ];
}

/** Whether two files say the same; line ends and empty lines at the end are the editor's business. */
export function isSame(one: string, other: string): boolean {
  const bare = (text: string) => text.replaceAll('\r\n', '\n').trimEnd();
  return bare(one) === bare(other);
}

function findLint({ lint, place }: CiFacts): readonly Finding[] {
  if (lint === undefined || lint.valid) return [];
  return [wrong(`GitLab does not accept ${nameOf(place)}: ${lint.errors.join('; ')}`)];
}

const WHO: Readonly<Record<VariablesRole, string>> = {
  no_one_allowed: 'nobody',
  developer: 'only Developers and above',
  maintainer: 'only Maintainers',
  owner: 'only Owners',
};

function findVariables(facts: CiFacts): Finding {
  const { settings } = facts;
  const { barred, needsInputs, needsSetting } = planHandoff(facts);
  if (settings.variablesRole === undefined)
    return unknown('pipeline variables: who may set them is shown to Maintainers only.');
  if (barred.length === 0) return ok('pipeline variables: the agents may set them.');
  const roles = barred.map(({ account, level }) => `${account} is ${roleOf(level)}`).join(', ');
  const text = `pipeline variables: ${WHO[settings.variablesRole]} may set them; ${roles}.`;
  if (!needsSetting && facts.place.kind === 'central')
    return unknown(`${text} Inputs do instead, if GitLab hands them to the file of another project.`);
  if (!needsSetting)
    return needsInputs && takesInputs(facts) ? ok(`${text} Inputs do instead.`) : wrong(text);
  return wrong(
    text,
    'Set "Minimum role to use pipeline variables" to Developer, under Variables. Pipeline inputs, which do without, need GitLab 18.1.',
    `${settings.url}/-/settings/ci_cd`,
  );
}

/** A role as GitLab writes it. */
function roleOf(level: number | undefined): string {
  const role = Object.entries(ACCESS_LEVELS).find(([, known]) => known === level)?.[0];
  if (role === undefined) return 'no member';
  return role.replace(/^./, (letter) => letter.toUpperCase());
}
