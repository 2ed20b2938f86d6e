import { expect, onTestFinished } from 'vitest';
import { type StandInGitLab, type StartOptions, startGitLab } from '../start.ts';
import type { Token, User } from '../world/records-people.ts';
import type { Project } from '../world/records-project.ts';

/** A running instance with one project and three people. */
export interface Setup {
  readonly gitlab: StandInGitLab;
  readonly world: StandInGitLab['world'];
  readonly project: Project;
  readonly alice: User;
  readonly bot: User;
  readonly stranger: User;
  /** Calls the API as somebody; `path` follows `/api/v4`, and `:id` in it stands for the project. */
  readonly api: (
    who: User | Token | undefined,
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all shapes
  readonly body: any;
}

/** Starts an instance for the running test: alice is Maintainer, the bot Developer, and the stranger nobody. */
export async function setUp(options: StartOptions = {}): Promise<Setup> {
  const gitlab = await startGitLab(options);
  onTestFinished(() => gitlab.close());
  const { world } = gitlab;
  const alice = world.addUser({ username: 'alice', name: 'Alice', publicEmail: 'alice@example.com' });
  const bot = world.addUser({ username: 'helper', name: 'Helper', bot: true });
  const stranger = world.addUser({ username: 'stranger' });
  const files = { 'README.md': 'one\ntwo\n', '.gitlab-ci.yml': 'agent:\n  script: [echo hi]\n' };
  const project = await world.addProject({ path: 'acme/app', files });
  world.addMember({ project, user: alice, level: 'maintainer' });
  world.addMember({ project, user: bot, level: 'developer' });
  const tokens = new Map([alice, bot, stranger].map((user) => [user.id, world.addToken({ user }).value]));
  return {
    gitlab,
    world,
    project,
    alice,
    bot,
    stranger,
    api: async (who, method, path, body) => {
      const token = who === undefined ? undefined : 'value' in who ? who.value : tokens.get(who.id);
      const response = await fetch(`${gitlab.url}/api/v4${path.replace(':id', String(project.id))}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { 'private-token': token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') === true;
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
    },
  };
}

/** Checks that nothing so far broke GitLab's OpenAPI document. */
export function expectNoViolations({ gitlab }: Pick<Setup, 'gitlab'>): void {
  expect(gitlab.violations).toEqual([]);
}
