import { readFileSync } from 'node:fs';
import { filesIn } from '../files-in.ts';
import type { Issue } from '../world/records-discussion.ts';
import type { World } from '../world/world.ts';

/** The person in front of the browser. */
export const PERSONA = 'alice';
export const AGENTS = ['scribe', 'echo'] as const;
export type AgentName = (typeof AGENTS)[number];

const PROJECT = 'acme/web/shop';

export interface Seeded {
  readonly projectPath: string;
  readonly issue: Issue;
  /** Access tokens of the service accounts. */
  readonly tokens: Readonly<Record<AgentName, string>>;
}

/** One project with two agents, a person, and an issue to talk about. */
export async function seed(world: World): Promise<Seeded> {
  world.addUser({ username: PERSONA, name: 'Alice Ito' });
  const project = await world.addProject({ path: PROJECT, name: 'Shop', files: projectFiles() });
  world.addMember({ user: PERSONA, project, level: 'maintainer' });
  const tokens = Object.fromEntries(AGENTS.map((name) => [name, addAgent(name, world)])) as Record<
    AgentName,
    string
  >;
  const issue = world.openIssue({
    project,
    author: PERSONA,
    title: 'Checkout fails for guests',
    description: 'Guests see an empty page after they chose how to pay.',
  });
  return { projectPath: PROJECT, issue, tokens };
}

/** A service account with its token, which the project's CI/CD variables hold for the agent's job. */
function addAgent(name: AgentName, world: World): string {
  const user = world.addUser({
    username: `${name}-bot`,
    name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    bot: true,
  });
  world.addMember({ user, project: PROJECT, level: 'developer' });
  const token = world.addToken({ user, scopes: ['api'] });
  world.setVariable({
    project: PROJECT,
    key: `GITLAB_TOKEN_${name.toUpperCase()}`,
    value: token.value,
    masked: true,
  });
  return token.value;
}

/** The files beside this one, with the template that projects include. */
function projectFiles(): Readonly<Record<string, string>> {
  const template = readFileSync(new URL('../../../config/ci/external-agent.yml', import.meta.url), 'utf8');
  return {
    'README.md': '# Shop\n\nSells things.\n',
    ...filesIn(new URL('project/', import.meta.url)),
    '.gitlab/ci/external-agent.yml': template,
  };
}
