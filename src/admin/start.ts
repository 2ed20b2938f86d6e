import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { fingerprint } from '../config/leaves.ts';
import type { Event, Project, Resource } from '../events/event.ts';
import { requestKey } from '../events/key.ts';
import { BeckonError } from '../lib/errors.ts';
import { Failure } from '../runs/failures.ts';
import { idOfRun, planRun } from '../runs/plan.ts';
import type { Clock, GitLab, GitLabOf } from '../runs/ports.ts';
import type { RunQueue } from '../runs/queue-ports.ts';
import type { Run } from '../runs/run.ts';
import { createMatch } from '../triggers/match.ts';
import type { Verdict } from '../triggers/verdict.ts';
import type { AdminObserver } from './runs.ts';

const iid = z.int().positive();

/** What a program asks for. */
export const StartRequest = z
  .strictObject({
    agent: z.string().describe('Name of the agent in the config.'),
    project: z.string().min(1).describe('Full path, such as `acme/web/shop`.'),
    issue: iid.optional().describe('Number of the issue to work on, in whose thread the progress is told.'),
    mergeRequest: iid.optional().describe('Number of the merge request, in place of an issue.'),
    input: z.string().trim().min(1).describe('What the agent is to do: `AI_FLOW_INPUT`.'),
    user: z
      .string()
      .min(1)
      .optional()
      .describe('Username of the person whose wish it is, and who has to be allowed to start the agent.'),
    trigger: z
      .string()
      .optional()
      .describe('Name of the one trigger that counts; left out: any of the agent.'),
  })
  .refine(({ issue, mergeRequest }) => issue === undefined || mergeRequest === undefined, {
    error: 'is given beside issue: a run is on one of the two',
    path: ['mergeRequest'],
  })
  .meta({ id: 'StartRequest' });
export type StartRequest = z.output<typeof StartRequest>;

export type Started =
  /** `duplicate`: the same was asked for before, with the same key. */
  | { readonly kind: 'started'; readonly run: Run; readonly duplicate: boolean }
  | { readonly kind: 'unwanted'; readonly verdicts: readonly Verdict[] };

/**
 * Starts a run that a program asks for, where a trigger of the agent lists the event `api`. The id of the run is a
 * function of `key`, agent and project, so that asking again with the same key gives the same run as long as that is
 * kept. `by`: who asks, in words for people.
 *
 * @throws BeckonError `agent_unknown`, `project_unknown`, `item_unknown`, `user_unknown`, `key_reused` (the same key
 * with another request), `gitlab_unavailable`, `gitlab_refused`, `queue_unavailable`.
 */
export type Start = (
  request: StartRequest,
  options: { readonly key: string; readonly by: string },
) => Promise<Started>;

/** Asks GitLab as the agent's account: what that may not see is as unknown as what is not there. */
export function createStart(tools: {
  readonly config: Pick<Config, 'gitlab' | 'agents' | 'triggers'>;
  readonly gitlabOf: GitLabOf;
  readonly queue: Pick<RunQueue, 'add' | 'find'>;
  readonly observer: AdminObserver;
  readonly clock: Clock;
}): Start {
  const { config, gitlabOf, queue, observer, clock } = tools;
  const gitlabUrl = config.gitlab.url;

  return async (request, { key, by }) => {
    const agent = config.agents.find(({ name }) => name === request.agent);
    if (agent === undefined) throw new BeckonError('agent_unknown', 'There is no agent of this name.');
    const gitlab = gitlabOf(agent.name);
    const project = await asked(gitlab.project(request.project), UNKNOWN.project);
    const same = { key, fingerprint: fingerprint(JSON.stringify(StartRequest.parse(request))) };
    const id = idOfRun(requestKey(project, key), { agent: agent.name, gitlabUrl });
    // What was asked for before stands, whatever has become of item, person and triggers since.
    const known = await queue.find(id);
    if (known !== undefined) return { kind: 'started', run: sameRun(known, same), duplicate: true };

    const event = await eventOf(request, { project, same, gitlab, now: clock() });
    const triggers = config.triggers.filter(
      ({ name, agent: { name: whose } }) => whose === agent.name && (request.trigger ?? name) === name,
    );
    const { matches, verdicts } = createMatch({ agents: config.agents, triggers })(event, request);
    const [match] = matches;
    if (match === undefined) {
      const reason = 'No trigger matched.';
      observer.administered({ command: 'start', about: { event, agent: agent.name }, by, runs: [], reason });
      return { kind: 'unwanted', verdicts };
    }
    const run = planRun(match, { gitlabUrl, now: clock() });
    const { duplicate } = await queue.add(run);
    if (!duplicate) observer.queued(run);
    observer.administered({ command: 'start', about: run, by, runs: [run.id] });
    // Two may have asked at the same moment.
    const kept = duplicate ? ((await queue.find(run.id)) ?? run) : run;
    return { kind: 'started', run: sameRun(kept, same), duplicate };
  };
}

type Same = Pick<Extract<Event, { kind: 'api' }>, 'key' | 'fingerprint'>;

function sameRun(run: Run, { fingerprint }: Same): Run {
  if (run.event.kind === 'api' && run.event.fingerprint === fingerprint) return run;
  throw new BeckonError('key_reused', 'Something else was asked for with this Idempotency-Key.', {
    hint: 'Send another key for another request.',
  });
}

async function eventOf(
  request: StartRequest,
  { project, same, gitlab, now }: { project: Project; same: Same; gitlab: GitLab; now: number },
): Promise<Extract<Event, { kind: 'api' }>> {
  const [found, { id, username, name }] = await Promise.all([
    readItem(request, { project, gitlab }),
    request.user === undefined ? asked(gitlab.account()) : personNamed(request.user, gitlab),
  ]);
  return {
    kind: 'api',
    project,
    resource: found?.resource,
    actor: { id, username, name },
    happenedAt: new Date(now).toISOString(),
    confidential: found?.confidential === true,
    input: request.input,
    ...same,
    asked: request.user === undefined ? 'operator' : 'on_behalf',
  };
}

async function personNamed(username: string, gitlab: GitLab) {
  const user = await asked(gitlab.userByName(username));
  if (user === undefined) throw new BeckonError('user_unknown', 'GitLab knows nobody of this username.');
  return user;
}

/** What is read of an item. GitLab gives no id where the project that a merge request comes from is gone. */
const Item = z.object({
  title: z.string(),
  web_url: z.string(),
  confidential: z.boolean().nullish(),
  source_branch: z.string().default(''),
  target_branch: z.string().default(''),
  source_project_id: z.number().nullish(),
});

async function readItem(
  { issue, mergeRequest }: StartRequest,
  { project, gitlab }: { project: Project; gitlab: GitLab },
): Promise<{ resource: Resource; confidential: boolean } | undefined> {
  const number = issue ?? mergeRequest;
  if (number === undefined) return undefined;
  const type = issue === undefined ? 'merge_request' : 'issue';
  const place = { project, resource: { type, iid: number } } as const;
  const item = Item.parse(await asked(gitlab.resource(place), UNKNOWN.item));
  const base = { iid: number, title: item.title, url: item.web_url };
  const resource: Resource =
    type === 'issue'
      ? { type, ...base }
      : {
          type,
          ...base,
          sourceBranch: item.source_branch,
          targetBranch: item.target_branch,
          sourceProjectId: item.source_project_id ?? undefined,
        };
  return { resource, confidential: item.confidential === true };
}

const UNKNOWN = {
  project: { code: 'project_unknown', message: "The agent's account sees no project of this path." },
  item: { code: 'item_unknown', message: "The agent's account sees no such issue or merge request." },
} as const;

/** An answer of GitLab's, or an error for whoever asked. `unknown`: what to say where it is not there. */
async function asked<T>(answer: Promise<T>, unknown?: { code: string; message: string }): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (unknown !== undefined && ['gone', 'refused'].includes(error.kind)) {
      throw new BeckonError(unknown.code, unknown.message);
    }
    if (error.kind === 'transient' || error.kind === 'rate_limit') {
      const hint = 'Ask again with the same key.';
      throw new BeckonError('gitlab_unavailable', `GitLab is away: ${error.message}.`, { hint });
    }
    throw new BeckonError('gitlab_refused', `GitLab refused the agent's account: ${error.message}.`);
  }
}
