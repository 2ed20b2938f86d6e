import type { Agent, Config } from '../config/config.ts';
import { exactProjects, hasGlob, type Memberships } from './config.ts';
import { hear } from './heard.ts';
import { type Login, loginOf, ownerOf } from './login.ts';
import { MEMBERSHIPS_PER_PAGE } from './ports.ts';

/** Projects that are looked at; the others have to be named. */
const MOST_PROJECTS = 50;
/** Pages of projects that are listed of an account. */
const MOST_PAGES = 10;

interface Chosen {
  readonly paths: readonly string[];
  /** How many more there are. */
  readonly leftOut: number;
  /** Projects of an agent's account, where a trigger names projects by globs. */
  readonly membershipsOf: (agent: Agent) => Memberships | undefined;
}

/**
 * The projects to look at: those of the command line, else those that triggers name by their full paths, and of those
 * that globs cover the ones that the agent is a member of; where its token is of no use, the operator.
 */
export async function chooseProjects(
  { triggers }: Pick<Config, 'triggers'>,
  only: readonly string[],
  logins: readonly Login[],
): Promise<Chosen> {
  if (only.length > 0) return { paths: [...new Set(only)], leftOut: 0, membershipsOf: () => undefined };
  const known = new Map<string, Memberships>();
  const found = new Set(exactProjects(triggers));
  for (const { agent, projects } of triggers.filter(hasGlob)) {
    const login = loginOf(agent.account, logins) ?? operatorOf(logins);
    if (login === undefined) continue;
    const memberships = known.get(agent.name) ?? (await membershipsOf(login));
    const isOwn = login.account !== undefined;
    known.set(agent.name, { ...memberships, complete: memberships.complete && isOwn });
    for (const path of memberships.paths.filter(projects.match)) found.add(path);
  }
  const paths = [...found];
  return {
    paths: paths.slice(0, MOST_PROJECTS),
    leftOut: Math.max(0, paths.length - MOST_PROJECTS),
    membershipsOf: ({ name }) => known.get(name),
  };
}

function operatorOf(logins: readonly Login[]): Login | undefined {
  return logins.find((login) => login.subject.kind === 'operator' && ownerOf(login) !== undefined);
}

async function membershipsOf({ gitlab }: Login): Promise<Memberships> {
  const paths: string[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const some = await hear(gitlab.memberProjects(page));
    if ('failure' in some) return { paths, complete: false };
    paths.push(...some.is);
    if (some.is.length < MEMBERSHIPS_PER_PAGE) return { paths, complete: true };
  }
  return { paths, complete: false };
}
