import type { Agent, Config, Trigger } from '../config/config.ts';
import { isExclusion, isGlob } from '../lib/pattern.ts';
import { type Finding, ok, risky, unknown, wrong } from '../setup/finding.ts';

/** What of the config says where agents work. */
export type CheckedConfig = Pick<Config, 'agents' | 'triggers'>;

/** The config has loaded, so nothing in it is invalid; what may be amiss is what it covers. */
export function findConfig({ agents, triggers }: CheckedConfig): readonly Finding[] {
  const idle = agents.filter((agent) => triggers.every((trigger) => trigger.agent.name !== agent.name));
  return [
    ok(`${count(agents.length, 'agent')}, ${count(triggers.length, 'trigger')}.`),
    ...idle.map(({ name }) =>
      risky(`No trigger starts the agent ${name}.`, `Add one to triggers, or take ${name} out of agents.`),
    ),
  ];
}

/** The projects of an agent's account; not `complete` where there are more than were listed, or nobody could tell. */
export interface Memberships {
  readonly paths: readonly string[];
  readonly complete: boolean;
}

/** Holds triggers that name projects by globs to the projects that their agents are members of. */
export function findCoverage(
  triggers: readonly Trigger[],
  membershipsOf: (agent: Agent) => Memberships | undefined,
): readonly Finding[] {
  return triggers.filter(hasGlob).flatMap(({ name, agent, projects }) => {
    const { paths, complete } = membershipsOf(agent) ?? { paths: [], complete: false };
    if (paths.some(projects.match)) return [];
    const text = `The trigger ${name} covers no project that ${agent.account} is a member of`;
    return complete
      ? wrong(`${text}.`, `Make ${agent.account} a Developer in the projects that it names, or change them.`)
      : unknown(`${text}, as far as its projects could be listed.`);
  });
}

/** The projects that triggers name by their full paths. */
export function exactProjects(triggers: readonly Trigger[]): readonly string[] {
  return triggers.flatMap(({ projects }) =>
    projects.patterns.filter((one) => !isExclusion(one) && !isGlob(one) && projects.match(one)),
  );
}

/** Whether a trigger covers more projects than it names. */
export function hasGlob({ projects }: Pick<Trigger, 'projects'>): boolean {
  return projects.patterns.some((one) => !isExclusion(one) && isGlob(one));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
