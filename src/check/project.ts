import { ACCESS_LEVELS, type Agent, type Config } from '../config/config.ts';
import { testHook } from '../hooks/revive.ts';
import { type CiFacts, gatherCiFacts, projectAgent } from '../setup/facts.ts';
import type { Finding } from '../setup/finding.ts';
import { findConfiguration, findProject, findRole } from '../setup/findings.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import { coverWorkloads, findPush, findPushRule } from './branches.ts';
import { findFlow, gatherFlow, variablesOf } from './flows.ts';
import { type Heard, hear, unheard } from './heard.ts';
import { findHooks, ourHooks } from './hooks.ts';
import type { CheckedGitLab, ProtectedBranch } from './ports.ts';
import { findRunner, gatherRunners } from './runners.ts';
import { findVariables } from './variables.ts';

/** An agent with a trigger for a project. */
export interface PlacedAgent {
  readonly agent: Agent;
  /** Of its account; `undefined`: there is no such account. */
  readonly userId: number | undefined;
  /** `undefined`: no member. */
  readonly level: number | undefined;
}

/** A project that is looked at. */
export interface ProjectPlace {
  /** As the account that sees most of it. */
  readonly gitlab: CheckedGitLab;
  readonly settings: ProjectSettings;
  readonly agents: readonly PlacedAgent[];
  readonly config: Pick<Config, 'server' | 'triggers' | 'catchUp'>;
  /** The shipped file with the agent's job. */
  readonly agentJob: string;
  readonly deliver: boolean;
}

/** One thing that a project is held to. Asks for the facts and finds what they mean. */
type ProjectCheck = (place: ProjectPlace) => Promise<readonly Finding[]>;

/** All that a project is held to, in the order in which it is told. Another thing is another function here. */
const PROJECT_CHECKS: readonly ProjectCheck[] = [
  async ({ settings }) => findProject(settings),
  async ({ settings, agents }) =>
    agents.map(({ agent, level }) => findRole({ ...projectAgent(agent), level }, settings)),
  checkBranches,
  checkCi,
  checkFlows,
  checkVariables,
  checkRunner,
  checkHooks,
];

/** All findings of a project. What one of the checks cannot know hides nothing of the others. */
export async function checkProject(place: ProjectPlace): Promise<readonly Finding[]> {
  const findings = PROJECT_CHECKS.map(async (check) => {
    const found = await hear(check(place));
    return 'is' in found ? found.is : [unheard('Not all could be looked at', found.failure)];
  });
  return (await Promise.all(findings)).flat();
}

async function checkBranches({ gitlab, settings, agents }: ProjectPlace): Promise<readonly Finding[]> {
  const { id, url } = settings;
  const [rules, rule] = await Promise.all([hear(gitlab.protectedBranches(id)), hear(gitlab.pushRule(id))]);
  const pushers = agents.flatMap(({ agent: { account }, userId, level = 0 }) =>
    // Of whoever is no Developer it was said already.
    level < ACCESS_LEVELS.developer ? [] : [{ account, userId, level }],
  );
  return [...pushers.map((pusher) => findPush(rules, pusher, url)), ...findPushRule(rule, url)];
}

async function checkCi(place: ProjectPlace): Promise<readonly Finding[]> {
  const facts = await gatherCi(place);
  if ('failure' in facts) return [unheard('The CI configuration', facts.failure, 'Developers')];
  const remedy = `\`beckon ci ${place.settings.path}\` prints what to change, and with --merge-request offers it.`;
  return findConfiguration(facts.is, place).map((finding) =>
    finding.state === 'wrong' ? { remedy, ...finding } : finding,
  );
}

function gatherCi({ gitlab, settings, agents }: ProjectPlace): Promise<Heard<CiFacts>> {
  const levels = new Map(agents.map(({ agent, level }) => [agent.account, level]));
  const reading = { ...gitlab, accessLevelOf: async (_id: number, account: string) => levels.get(account) };
  const asked = { project: settings.path, agents: agents.map(({ agent }) => projectAgent(agent)) };
  return hear(gatherCiFacts(reading, asked));
}

async function checkFlows({ gitlab, settings, agents }: ProjectPlace): Promise<readonly Finding[]> {
  const found = agents.map(async ({ agent }) =>
    findFlow(await gatherFlow(gitlab, settings, agent), agent, settings),
  );
  return (await Promise.all(found)).flat();
}

async function checkVariables({ gitlab, settings, agents }: ProjectPlace): Promise<readonly Finding[]> {
  const flows = await Promise.all(
    agents.map(async ({ agent }) => variablesOf(await gatherFlow(gitlab, settings, agent), agent)),
  );
  if (flows.every(({ names, usesToken }) => names.length === 0 && !usesToken)) return [];
  const [variables, protections] = await Promise.all([
    hear(gitlab.variables(settings.id)),
    hear(gitlab.protectedBranches(settings.id)),
  ]);
  return flows.flatMap((flow) => findVariables(flow, { variables, protections, url: settings.url }));
}

async function checkRunner(place: ProjectPlace): Promise<readonly Finding[]> {
  const { gitlab, settings } = place;
  const [ci, rules] = await Promise.all([gatherCi(place), hear(gitlab.protectedBranches(settings.id))]);
  const job = {
    tags: 'is' in ci ? (ci.is.file?.tags ?? []) : [],
    isProtected: isProtected(rules),
  };
  return [findRunner(await gatherRunners(gitlab, settings.id, job), job, settings.url)];
}

async function checkHooks({ gitlab, settings, config, deliver }: ProjectPlace): Promise<readonly Finding[]> {
  const all = await hear(gitlab.hooks(settings.id));
  if ('failure' in all) return [unheard('Webhooks', all.failure)];
  const hooks = ourHooks(all.is, config);
  const [first] = hooks;
  const tested =
    first !== undefined && deliver ? await hear(testHook(gitlab, settings.id, first)) : undefined;
  if (tested !== undefined && 'failure' in tested) return [unheard('Test deliveries', tested.failure)];
  const deliveries =
    first === undefined ? undefined : await hear(gitlab.deliveries(settings.id, first.id, { page: 1 }));
  // GitLab lists them since 17.3; without them the rest is worth knowing.
  const last = deliveries !== undefined && 'is' in deliveries ? deliveries.is[0] : undefined;
  return findHooks({ hooks, last, tested: tested?.is }, settings, config);
}

function isProtected(rules: Heard<readonly ProtectedBranch[]>): boolean {
  return 'is' in rules && coverWorkloads(rules.is).length > 0;
}
