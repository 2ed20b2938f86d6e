import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { Config } from '../config/config.ts';
import { BeckonError } from '../lib/errors.ts';
import { Failure } from '../runs/failures.ts';
import type { IsLetIn } from '../runs/named-users.ts';
import { hasOwnPath } from '../runs/own-path.ts';
import { type Admitted, lookAtPerson, mayNotStop, maySeeRun, mayStop } from '../runs/person.ts';
import type { Clock, GitLabOf, User } from '../runs/ports.ts';
import type { Run } from '../runs/run.ts';

/** What whoever has the admin token is called, in words for people. */
export const OPERATOR = 'the operator';

/** Somebody whom GitLab has vouched for. */
export type Visitor = Pick<User, 'id' | 'username' | 'name'>;

/** Runs out of a list that somebody may see. */
export interface Seen {
  readonly runs: readonly Run[];
  /** GitLab did not say of some whether they may be seen; those are left out. */
  readonly isIncomplete: boolean;
}

/** What whoever asks may see of runs and do about them. */
export interface Rights {
  /** `recent`: that somebody could not see a project within the last minute will do. */
  seen(runs: readonly Run[], options: { recent: boolean }): Promise<Seen>;
  /** In whose name a run is stopped. Rejects with a {@link BeckonError} `not_allowed` or `gitlab_unavailable`. */
  toStop(run: Run): Promise<{ readonly by: string }>;
  /** In whose name a run is started again, and for whom, if for somebody else than before. Rejects likewise. */
  toRetry(run: Run): Promise<{ readonly by: string; readonly actor?: Visitor }>;
}

/** Of whoever has the admin token. */
export const ALL_RIGHTS: Rights = {
  seen: async (runs) => ({ runs, isIncomplete: false }),
  toStop: async () => ({ by: OPERATOR }),
  toRetry: async () => ({ by: OPERATOR }),
};

/** Questions to GitLab at once, of all who look. */
const AT_ONCE = 8;
/** What is kept of who cannot see which project: so many answers, for so many milliseconds. */
const MOST_KEPT = 10_000;
const KEPT_MS = 60_000;

/** Being a person and a member is all that seeing asks for; roles come after. */
const MEMBERS = { minAccess: 'guest', users: { allow: new Set<string>(), deny: new Set<string>() } } as const;

/** As far as somebody stands in a project; `unknown`: GitLab did not say. */
type Standing = Admitted | 'none' | 'unknown';

interface Tools {
  readonly config: Pick<Config, 'agents' | 'triggers' | 'webhook'>;
  /** People are asked about with the account of the run's agent, which knows the project. */
  readonly gitlabOf: GitLabOf;
  readonly isLetIn: IsLetIn;
  readonly clock: Clock;
}

/**
 * Gives the rights of people by what GitLab says of them when they ask: what a run shows to whom, and the rules that
 * hold for commands in threads. Runs of agents that are not configured any more are seen by nobody.
 */
export function createRightsOf(tools: Tools): (visitor: Visitor) => Rights {
  const { config, gitlabOf, isLetIn, clock } = tools;
  const atOnce = pLimit(AT_ONCE);
  const strangers = new LRUCache<string, true>({
    max: MOST_KEPT,
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: { now: clock },
  });
  const isConfigured = ({ agent }: Run) => config.agents.some(({ name }) => name === agent);

  async function standingOf(visitor: Visitor, { agent, event: { project } }: Run): Promise<Standing> {
    try {
      const look = await lookAtPerson(
        { actor: visitor, project },
        { gitlab: gitlabOf(agent), trigger: MEMBERS, isLetIn, recent: true },
      );
      return look.kind === 'admitted' ? look : 'none';
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // An agent that is no member any more cannot say who is.
      return error.kind === 'permission' || error.kind === 'gone' ? 'none' : 'unknown';
    }
  }

  async function admit(visitor: Visitor, run: Run): Promise<Admitted> {
    const trigger = config.triggers.find(({ name }) => name === run.trigger);
    if (trigger === undefined || !isConfigured(run)) {
      throw notAllowed('The agent or the trigger of this run is not in the config any more.');
    }
    const gitlab = gitlabOf(run.agent);
    const { project } = run.event;
    try {
      const isOwn = await hasOwnPath(project, { config, gitlab });
      if (!isOwn) throw notAllowed(`GitLab does not know this run's project as ${project.path}.`);
      const look = await lookAtPerson(
        { actor: visitor, project },
        { gitlab, trigger, isLetIn, recent: false },
      );
      if (look.kind === 'refused') throw notAllowed(look.error);
      return look;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new BeckonError('gitlab_unavailable', 'GitLab does not say whether you may do that. Try again.');
    }
  }

  return (visitor) => {
    /** Asked once for each project and agent, however many of their runs there are. */
    const asked = new Map<string, Promise<Standing>>();

    function ask(key: string, run: Run): Promise<Standing> {
      const known = asked.get(key);
      if (known !== undefined) return known;
      const start = clock();
      const answer = atOnce(async () => {
        const standing = await standingOf(visitor, run);
        if (standing === 'none') strangers.set(key, true, { start });
        else strangers.delete(key);
        return standing;
      });
      asked.set(key, answer);
      return answer;
    }

    return {
      async seen(runs, { recent }) {
        const standings = await Promise.all(
          runs.map(async (run): Promise<Standing> => {
            const key = JSON.stringify([visitor.id, run.agent, run.event.project.id]);
            if (!isConfigured(run) || (recent && strangers.has(key))) return 'none';
            return ask(key, run);
          }),
        );
        const isSeen = (run: Run, standing: Standing | undefined) =>
          standing !== undefined && standing !== 'none' && standing !== 'unknown' && maySeeRun(standing, run);
        return {
          runs: runs.filter((run, index) => isSeen(run, standings[index])),
          isIncomplete: standings.includes('unknown'),
        };
      },
      async toStop(run) {
        const look = await admit(visitor, run);
        if (!mayStop(look, run)) throw notAllowed(mayNotStop([run]));
        return { by: look.user.username };
      },
      async toRetry(run) {
        const { user } = await admit(visitor, run);
        const { id, username, name } = user;
        return { by: username, actor: { id, username, name } };
      },
    };
  };
}

function notAllowed(message: string): BeckonError {
  return new BeckonError('not_allowed', message);
}
