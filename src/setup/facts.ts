import type { Agent, Config, Handoff } from '../config/config.ts';
import { publicKeyOf } from '../lib/signing-key.ts';
import { Failure } from '../runs/failures.ts';
import { type CiFile, readCiFile } from './ci-file.ts';
import type { CiLint, ProjectReading, ProjectSettings } from './ports.ts';

/** Where a project's CI configuration is: GitLab's `ci_config_path`, https://docs.gitlab.com/ci/pipelines/settings/ */
export type CiPlace =
  | { readonly kind: 'own'; readonly path: string }
  | {
      readonly kind: 'central';
      readonly path: string;
      readonly project: string;
      readonly ref: string | undefined;
    }
  | { readonly kind: 'remote'; readonly path: string };

/** An agent that has a trigger for the project. */
export interface ProjectAgent {
  /** Username of its account. */
  readonly account: string;
  readonly handoff: Handoff;
  /** Whether Beckon sends it a flow; else a job of the project's own does the work. */
  readonly hasFlow: boolean;
  /** The public half of the key with which Beckon signs its runs; `undefined`: it signs none. */
  readonly signer: string | undefined;
}

/** What is known of an agent of the config. */
export function projectAgent({ account, handoff, flow, signingKey }: Agent): ProjectAgent {
  return {
    account,
    handoff,
    hasFlow: flow.kind !== 'none',
    signer: signingKey === undefined ? undefined : publicKeyOf(signingKey.reveal()),
  };
}

/** The agents with a trigger for a project, each once. */
export function agentsIn({ triggers }: Pick<Config, 'triggers'>, project: string): readonly Agent[] {
  return [...new Set(triggers.filter(({ projects }) => projects.match(project)).map(({ agent }) => agent))];
}

export interface AgentFact extends ProjectAgent {
  /** `undefined`: the account is no member of the project. */
  readonly level: number | undefined;
}

/** What is known of a project's CI configuration. */
export interface CiFacts {
  readonly settings: ProjectSettings;
  /** Of GitLab. */
  readonly version: string;
  readonly agents: readonly AgentFact[];
  readonly place: CiPlace;
  /** The CI configuration file; `undefined`: not there, or not to be read by this account. */
  readonly text: string | undefined;
  /** The same, read; `undefined` also where it is no CI configuration. */
  readonly file: CiFile | undefined;
  /** The file with the agent's job; `undefined` where that is no file of the same project. */
  readonly agentFile: { readonly path: string; readonly text: string | undefined } | undefined;
  /** A path at which nothing is yet, for the project's own jobs. */
  readonly freePath: string;
  /** `undefined`: there is nothing to check, or this account may not. */
  readonly lint: CiLint | undefined;
}

/** Where the shipped CI files include the agent's job from: a project's own, and that of a central project. */
export const AGENT_FILE = '.gitlab/ci/external-agent.yml';
const CENTRAL_AGENT_FILE = 'external-agent.yml';

/** Asks GitLab for all that a plan for the CI configuration needs. */
export async function gatherCiFacts(
  gitlab: ProjectReading,
  { project, agents }: { readonly project: string; readonly agents: readonly ProjectAgent[] },
): Promise<CiFacts> {
  const settings = await gitlab.settings(project);
  const version = await gitlab.version();
  const place = ciPlaceOf(settings.ciConfigPath);
  const known: AgentFact[] = [];
  for (const agent of agents)
    known.push({ ...agent, level: await gitlab.accessLevelOf(settings.id, agent.account) });

  const home = place.kind === 'central' ? place.project : settings.id;
  const ref = place.kind === 'central' ? (place.ref ?? 'HEAD') : (settings.defaultBranch ?? 'HEAD');
  const read = (path: string) => gitlab.readFile(home, path, ref);
  const text = place.kind === 'remote' ? undefined : await read(place.path);
  const file = text === undefined ? undefined : readCiFile(text);
  const isElsewhere = file?.agentInclude !== undefined && file.agentInclude.local === undefined;
  const agentPath = file?.agentInclude?.local ?? (place.kind === 'central' ? CENTRAL_AGENT_FILE : AGENT_FILE);
  return {
    settings,
    version,
    agents: known,
    place,
    text,
    file,
    agentFile:
      isElsewhere || place.kind === 'remote' ? undefined : { path: agentPath, text: await read(agentPath) },
    freePath: await freePath(read),
    lint: place.kind === 'own' && text !== undefined ? await lint(gitlab, settings) : undefined,
  };
}

/** `ci_config_path` is a path, `PATH@GROUP/PROJECT`, the same with `:REF`, or an address. */
function ciPlaceOf(ciConfigPath: string): CiPlace {
  if (ciConfigPath === '') return { kind: 'own', path: '.gitlab-ci.yml' };
  if (/^https?:\/\//.test(ciConfigPath)) return { kind: 'remote', path: ciConfigPath };
  const [, path, project, ref] = /^(.+?)@([^:]+)(?::(.+))?$/.exec(ciConfigPath) ?? [];
  if (path === undefined || project === undefined)
    return { kind: 'own', path: ciConfigPath.replace(/^\//, '') };
  return { kind: 'central', path, project, ref };
}

async function freePath(read: (path: string) => Promise<string | undefined>): Promise<string> {
  for (let count = 1; ; count += 1) {
    const path = `.gitlab/ci/${count === 1 ? 'main' : `project${count === 2 ? '' : `-${count - 1}`}`}.yml`;
    if ((await read(path)) === undefined) return path;
  }
}

/** GitLab lets Developers check, and whoever may less still gets to know the rest. */
async function lint(
  gitlab: ProjectReading,
  { id, defaultBranch }: ProjectSettings,
): Promise<CiLint | undefined> {
  if (defaultBranch === undefined) return undefined;
  try {
    return await gitlab.lintBranch(id, defaultBranch);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'permission') return undefined;
    throw error;
  }
}
