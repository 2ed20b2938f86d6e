import type { SmartHttpOptions } from './git/smart-http.ts';
import { accessLevel } from './world/access.ts';
import { levels } from './world/levels.ts';
import { findProject } from './world/lookup.ts';
import { mayReadCode } from './world/policy.ts';
import type { Token, User } from './world/records-people.ts';
import type { Project } from './world/records-project.ts';
import type { World } from './world/world.ts';

/** Who may clone and push, and what a push does to the world. */
export interface GitAccess extends Pick<SmartHttpOptions, 'find' | 'onPush'> {
  /** Resolves once every push so far has had its effects. */
  settled(): Promise<void>;
}

/** Rules for Git over HTTP: the password is a token, the user name beside it can be anything. */
export function gitAccess(world: World): GitAccess {
  const writers = new Map<string, number>();
  const effects = new Set<Promise<unknown>>();
  return {
    find: async (path) => {
      const project = findProject(path, world.state);
      const repository = project === undefined ? undefined : world.state.repositories.get(project.id);
      // A repository in memory cannot be cloned.
      if (project === undefined || repository === undefined || repository.dir === '') return undefined;
      return {
        repository,
        may: async ({ username, password }, right) => {
          const caller = signIn(password, world);
          if (right === 'read') return mayRead(caller, project, world);
          if (caller === undefined || !mayWrite(caller, project, world)) return false;
          writers.set(`${path} ${username}`, caller.user.id);
          return true;
        },
      };
    },
    onPush: (path, changes) => {
      const work = (async () => {
        for (const { ref, before, after, username } of changes) {
          const by = writers.get(`${path} ${username}`);
          if (by !== undefined && ref.startsWith('refs/heads/'))
            await world.pushed({ project: path, by, ref, before, after });
        }
      })();
      effects.add(work);
      void work.finally(() => effects.delete(work));
    },
    settled: async () => {
      while (effects.size > 0) await Promise.allSettled([...effects]);
    },
  };
}

interface SignedIn {
  readonly user: User;
  readonly token: Token;
}

function signIn(password: string, { state, now }: World): SignedIn | undefined {
  const token = [...state.tokens.values()].find((known) => known.value === password);
  const user = token === undefined ? undefined : state.users.get(token.userId);
  if (token === undefined || user === undefined || token.revoked || user.state === 'blocked')
    return undefined;
  return token.expiresAt !== null && token.expiresAt <= now() ? undefined : { user, token };
}

function mayRead(caller: SignedIn | undefined, project: Project, world: World): boolean {
  if (caller === undefined) return project.visibility === 'public';
  const { user, token } = caller;
  const scoped = token.kind === 'job' || hasScope(token, ['api', 'read_repository', 'write_repository']);
  return scoped && mayReadCode(user, project, world);
}

/** A job token does not push: projects have to allow that, and none does here. */
function mayWrite({ user, token }: SignedIn, project: Project, world: World): boolean {
  if (token.kind === 'job' || project.archived || !hasScope(token, ['api', 'write_repository'])) return false;
  return accessLevel(user, project, world) >= levels.developer;
}

function hasScope(token: Token, scopes: readonly string[]): boolean {
  return token.scopes.some((scope) => scopes.includes(scope));
}
