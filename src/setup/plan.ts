import { choosing, entryFor } from './entry.ts';
import type { CiFacts } from './facts.ts';
import { type Finding, remediesOf } from './finding.ts';
import { findCi, hasAgentJob, isSame, nameOf } from './findings.ts';
import { planHandoff, takesInputs } from './handoff.ts';
import type { FileAction, ProjectSettings } from './ports.ts';
import { chosenFor, isUnsigned } from './signing.ts';

/** The shipped CI files. */
export interface CiTemplates {
  /** The file with the agent's job. */
  readonly agentJob: string;
  /** A project's CI file that includes it. */
  readonly entry: string;
  /** The same for runs that come by pipeline inputs. */
  readonly inputsEntry: string;
  /** The CI file of a central project, which includes it for all others. */
  readonly centralEntry: string;
}

/** What a merge request changes, and how it is introduced. */
export interface Change {
  readonly branch: string;
  readonly title: string;
  readonly description: string;
  readonly actions: readonly FileAction[];
  /** Texts of it that are valid CI configurations by themselves; with one, the whole branch is checked as well. */
  readonly ciFiles: readonly string[];
}

export interface CiPlan {
  readonly findings: readonly Finding[];
  /** Files to move and to write, in this order. */
  readonly files: readonly FileAction[];
  /** The project that the files belong to. */
  readonly home: string;
  /** What else a person has to do or to know. */
  readonly advice: readonly string[];
  /** What Beckon can do by itself: a change, or the reason why there is none. */
  readonly change: Change | string;
}

const BRANCH = 'beckon/external-agent';

/** From what a project has to what it has to change. */
export function planCi(facts: CiFacts, templates: CiTemplates): CiPlan {
  const { settings, place } = facts;
  const files =
    place.kind === 'remote' || settings.defaultBranch === undefined ? [] : filesOf(facts, templates);
  const findings = findCi(facts, templates);
  return {
    findings,
    files,
    home: place.kind === 'central' ? place.project : settings.path,
    advice: [...findings.filter(({ state }) => state === 'wrong').flatMap(remediesOf), ...adviceOf(facts)],
    change: obstacleOf(facts, files, templates) ?? changeOf(facts, files, templates),
  };
}

function filesOf(facts: CiFacts, templates: CiTemplates): readonly FileAction[] {
  const { file, place } = facts;
  const agentFile = agentFileActions(facts, templates.agentJob);
  if (!hasAgentJob(facts)) return newFiles(facts, templates, agentFile);
  if (file?.agentInclude === undefined) return [];
  const isEntryWrong =
    file.unguarded.length > 0 || (planHandoff(facts).needsInputs && !takesInputs(facts)) || isUnsigned(facts);
  if (!isEntryWrong) return agentFile;
  const content = entryOf(facts, templates, ownJobsPath(facts));
  return [...agentFile, { action: 'update', path: place.path, content }];
}

function newFiles(
  facts: CiFacts,
  templates: CiTemplates,
  agentFile: readonly FileAction[],
): readonly FileAction[] {
  const { place, text, freePath } = facts;
  const { path } = place;
  if (text === undefined)
    return [...agentFile, { action: 'create', path, content: entryOf(facts, templates, undefined) }];
  const move = { action: 'move', from: path, path: freePath, content: text } as const;
  return [move, ...agentFile, { action: 'create', path, content: entryOf(facts, templates, freePath) }];
}

function entryOf(facts: CiFacts, templates: CiTemplates, ownJobs: string | undefined): string {
  const chosen = chosenFor(facts);
  if (facts.place.kind === 'central') return choosing(templates.centralEntry, chosen);
  const isByInputs = planHandoff(facts).needsInputs || takesInputs(facts);
  return entryFor(isByInputs ? templates.inputsEntry : templates.entry, ownJobs, chosen);
}

function agentFileActions({ agentFile }: CiFacts, content: string): readonly FileAction[] {
  if (agentFile === undefined) return [];
  const { path, text } = agentFile;
  if (text === undefined) return [{ action: 'create', path, content }];
  return isSame(text, content) ? [] : [{ action: 'update', path, content }];
}

/** Where the project keeps its own jobs, by its CI file; `undefined`: it has none. */
function ownJobsPath({ file, freePath }: CiFacts): string | undefined {
  const [path = file?.unguarded.length === 0 ? undefined : freePath] = file?.guarded ?? [];
  return path;
}

/** What a person has to know of the files. */
function adviceOf(facts: CiFacts): readonly string[] {
  const { file, place } = facts;
  return [
    ...(place.kind === 'central' && facts.text !== undefined && !hasAgentJob(facts)
      ? [
          `What ${nameOf(place)} has now is moved. Include it, under the same rules, beside or in place of \`.gitlab-ci.yml\`.`,
        ]
      : []),
    ...(hasOwnInputs(facts)
      ? [
          `${place.path} has inputs of its own: ${file?.inputs.join(', ')}. Only the first file is given the inputs of a pipeline, so repeat their \`spec:\` header in it, and hand each one on below the include of your jobs: \`inputs: { NAME: $[[ inputs.NAME ]] }\`.`,
        ]
      : []),
  ];
}

function hasOwnInputs(facts: CiFacts): boolean {
  return !hasAgentJob(facts) && (facts.file?.inputs.length ?? 0) > 0;
}

/** Why no merge request can be opened in a project. */
export function mergeRequestObstacle(settings: ProjectSettings): string | undefined {
  if (settings.archived) return 'The project is archived.';
  if (settings.defaultBranch === undefined) return 'The repository is empty. Commit something first.';
  return settings.mergeRequestsEnabled ? undefined : 'Merge requests are off in this project.';
}

/** Why Beckon leaves a project to a person. */
function obstacleOf(
  facts: CiFacts,
  files: readonly FileAction[],
  templates: CiTemplates,
): string | undefined {
  const { settings, place, text, file } = facts;
  const ofProject = mergeRequestObstacle(settings);
  if (ofProject !== undefined) return ofProject;
  if (place.kind !== 'own')
    return `The CI configuration is ${nameOf(place)}, where other projects may depend on it.`;
  if (files.length === 0) return 'There is no file to change.';
  if (hasOwnInputs(facts)) return `${place.path} has inputs of its own, which a person has to combine.`;
  if (text !== undefined && file === undefined) return `${place.path} is not a CI configuration.`;
  const rewritesEntry = files.some(({ action, path }) => action === 'update' && path === place.path);
  const chosen = file?.agentInclude?.chosen;
  // As Beckon wrote it, or as it is shipped, which its comments tell people to take.
  const isOurs = [templates.entry, templates.inputsEntry]
    .flatMap((entry) => [entryFor(entry, ownJobsPath(facts), chosen), choosing(entry, chosen ?? {})])
    .some((ours) => isSame(text ?? '', ours));
  return rewritesEntry && !isOurs
    ? `${place.path} was written by hand. Compare it with the one above.`
    : undefined;
}

function changeOf(facts: CiFacts, files: readonly FileAction[], { agentJob }: CiTemplates): Change {
  const isNew = !hasAgentJob(facts);
  const move = files.find((file) => file.action === 'move');
  return {
    branch: BRANCH,
    title: isNew ? 'Add the CI job of external agents' : 'Update the CI job of external agents',
    description: [
      'Lets an external agent work in this project when somebody mentions its account, assigns it, or asks it for a review.',
      '',
      ...files.map(describeFile),
      '',
      ...(move === undefined
        ? []
        : [
            `Nothing changes for pipelines of your own: ${facts.place.path} includes ${move.path} as it was.`,
            "An agent's pipeline is told by the variable `AI_FLOW_EVENT` and runs on `workloads/…` only. The agent's job is alone in it, so no other job sees the agent's keys; in all other pipelines it is left out.",
            '',
          ]),
      'Opened by `beckon ci`. Calling it again brings this merge request up to date.',
    ].join('\n'),
    actions: files,
    ciFiles: [agentJob],
  };
}

function describeFile(file: FileAction): string {
  switch (file.action) {
    case 'move':
      return `- moves \`${file.from}\` to \`${file.path}\`, as it is`;
    case 'create':
      return `- adds \`${file.path}\``;
    case 'update':
      return `- brings \`${file.path}\` up to date`;
    default:
      return file satisfies never;
  }
}
