import type { Thread } from '../../src/flows/context/threads.ts';
import { Failure } from '../../src/runs/failures.ts';
import type { GitLab, Job, Pipeline } from '../../src/runs/ports.ts';
import type { Size } from '../../src/runs/run.ts';

/**
 * A fault of one call: `before` its effect, or `after` it, when only the answer is lost. `death` instead of an
 * error: the call never returns, as for a process that dies there.
 */
export type Fault =
  | { readonly when: 'before' | 'after'; readonly error: unknown }
  | { readonly when: 'before' | 'after'; readonly death: () => void };

function fail(fault: Fault): Promise<never> {
  if ('error' in fault) return Promise.reject(fault.error);
  fault.death();
  return new Promise(() => {});
}

interface Note {
  readonly id: number;
  readonly discussionId: string;
  readonly own: boolean;
  readonly internal?: boolean;
  body: string;
}

/**
 * The port to GitLab with everything in memory: one project, one issue. Holds what was written, counts the calls,
 * and fails as it is told.
 */
export function gitlabDouble() {
  const notes: Note[] = [];
  const branches = new Map<string, string>([['main', 'c0']]);
  const pipelines: (Pipeline & { ref: string })[] = [];
  const mergeRequests: {
    iid: number;
    url: string;
    state: string;
    sourceBranch: string;
    title: string;
    description: string;
  }[] = [];
  const reactions: { name: string; userId: number }[] = [];
  const said: { id: number; discussionId: string; author: string; body: string }[] = [];
  const files = new Map<string, string>();
  const jobs: Job[] = [];
  const members = new Map<number, number>([[5, 30]]);
  const bots = new Set<number>([90]);
  const projectState = { archived: false, publicJobs: true, jobsOfReporters: false };
  /** The log of the one job, and the size of what changed. */
  const told: { log: string; size: Size | undefined } = { log: '', size: undefined };
  const items = new Set([8, 12]);
  /** More of each item, with GitLab's own keys. */
  const item: Record<string, unknown> = {};
  const inactive = new Set<number>();
  const ownReactions = new Set<string>();
  /** Notes in threads that somebody has to resolve. */
  const unresolved = new Set<number>();
  const calls: string[] = [];
  /** The branch or commit of which a file was read, each time. */
  const readAt: string[] = [];
  /** Whether internal notes were asked for, each time that threads were. */
  const readInternal: boolean[] = [];
  /** What the project takes, and what it was given. */
  const takes = { variables: true, inputs: false };
  const handed: Pick<Parameters<GitLab['createPipeline']>[1], 'variables' | 'inputs'>[] = [];
  /** Asked before every call, with its name. */
  let faultOf: (operation: string) => Fault | undefined = () => undefined;
  let lastId = 100;
  const nextId = () => {
    lastId += 1;
    return lastId;
  };

  async function call<T>(operation: string, effect: () => T): Promise<T> {
    calls.push(operation);
    const fault = faultOf(operation);
    if (fault?.when === 'before') return fail(fault);
    const answer = effect();
    return fault === undefined ? answer : fail(fault);
  }
  const mayChange = () => {
    if (!projectState.archived) return;
    throw new Failure('asking', { kind: 'permission', status: 403, detail: '403 Forbidden' });
  };
  const thread = (discussionId: string): Thread => ({
    id: discussionId,
    resolved: notes.some((note) => note.discussionId === discussionId && unresolved.has(note.id))
      ? false
      : undefined,
    comments: [...said, ...notes.map((note) => ({ ...note, author: note.own ? 'claude-bot' : 'alice' }))]
      .filter((comment) => comment.discussionId === discussionId)
      .map(({ id, author, body }) => ({ id, author, body, createdAt: '' }))
      .sort((a, b) => a.id - b.id),
  });
  const gone = (what: string) =>
    new Failure(`asking for ${what}`, { kind: 'gone', status: 404, detail: `404 ${what} Not Found` });
  const refused = (detail: string) =>
    new Failure('asking', { kind: 'refused', status: Number(detail.slice(0, 3)), detail });

  const gitlab: GitLab = {
    account: () =>
      call('account', () => ({
        id: 90,
        username: 'claude-bot',
        name: 'Claude',
        commitEmail: 'claude@example.com',
      })),
    user: (id) =>
      call('user', () => ({
        id,
        username: id === 5 ? 'alice' : `user${id}`,
        name: 'Alice Ito',
        bot: bots.has(id),
        active: !inactive.has(id),
      })),
    userByName: (username) =>
      call('userByName', () => ({ id: 5, username, name: username, bot: false, active: true })),
    accessLevel: (_project, id) => call('accessLevel', () => members.get(id)),
    membership: (_project, id) =>
      call('membership', () => {
        const level = members.get(id);
        const username = id === 5 ? 'alice' : `user${id}`;
        return level === undefined ? undefined : { level, username, active: !inactive.has(id) };
      }),
    createNote: (_place, { body, discussionId, internal }) =>
      call('createNote', () => {
        const note = { id: nextId(), discussionId: discussionId ?? `d${lastId}`, own: true, internal, body };
        notes.push(note);
        return { id: note.id, discussionId: note.discussionId };
      }),
    findNote: (_place, marker) =>
      call('findNote', () => {
        const note = notes.find(({ body }) => body.includes(marker));
        return note === undefined ? undefined : { id: note.id, discussionId: note.discussionId };
      }),
    resolveDiscussion: () => call('resolveDiscussion', () => unresolved.clear()),
    ownNotes: () =>
      call('ownNotes', () =>
        notes.map(({ id, body }) => ({
          id,
          body,
          place: { project: { id: 7 }, resource: { type: 'issue' as const, iid: 8 } },
          writtenAt: new Date(0).toISOString(),
        })),
      ),
    addReaction: (_place, _noteId, name) => call('addReaction', () => void ownReactions.add(name)),
    removeReaction: (_place, _noteId, name) => call('removeReaction', () => void ownReactions.delete(name)),
    reactions: () => call('reactions', () => reactions),
    editNote: (_place, id, body) =>
      call('editNote', () => {
        const note = notes.find((candidate) => candidate.id === id);
        mayChange();
        if (note === undefined || items.size === 0) throw gone('Note');
        note.body = body;
      }),
    readFile: (_project, path, ref) =>
      call('readFile', () => {
        readAt.push(ref);
        const text = files.get(path);
        return text === undefined ? undefined : { text, blobId: text };
      }),
    project: (path) =>
      call('project', () => ({ id: 7, path, url: `https://x/${path}`, defaultBranch: 'main' })),
    defaultBranch: () => call('defaultBranch', () => 'main'),
    projectState: () => call('projectState', () => ({ ...projectState })),
    branch: (_project, name) =>
      call('branch', () => {
        const commitId = branches.get(name);
        return commitId === undefined ? undefined : { commitId };
      }),
    createBranch: (_project, name, ref) =>
      call('createBranch', () => {
        if (branches.has(name)) throw refused('400 Branch already exists');
        const commitId = branches.get(ref);
        if (commitId === undefined)
          throw refused(`400 Failed to create branch '${name}': invalid reference name '${ref}'`);
        branches.set(name, commitId);
        return { commitId };
      }),
    deleteBranch: (_project, name) =>
      call('deleteBranch', () => {
        mayChange();
        branches.delete(name);
      }),
    createPipeline: (_project, { ref, variables, inputs }) =>
      call('createPipeline', () => {
        if (variables.length > 0 && !takes.variables)
          throw refused('400 Insufficient permissions to set pipeline variables');
        if (Object.keys(inputs).length > 0 && !takes.inputs)
          throw refused(
            '400 Given inputs not defined in the `spec` section of the included configuration file',
          );
        handed.push({ variables, inputs });
        const pipeline = {
          id: nextId(),
          url: `https://x/-/pipelines/${lastId}`,
          status: 'success',
          createdAt: new Date(0).toISOString(),
          ref,
        };
        pipelines.push(pipeline);
        return pipeline;
      }),
    apiPipelines: (_project, ref) =>
      call('apiPipelines', () => pipelines.filter((pipeline) => pipeline.ref === ref).toReversed()),
    pipeline: (_project, id) =>
      call('pipeline', () => {
        const pipeline = pipelines.find((candidate) => candidate.id === id);
        // What the agent pushed by the time its pipeline has ended well.
        if (pipeline?.status === 'success' && branches.has(pipeline.ref))
          branches.set(pipeline.ref, `c${pipeline.id}`);
        return pipeline;
      }),
    jobs: () => call('jobs', () => jobs),
    jobLog: () => call('jobLog', () => told.log),
    changes: (_project, { from, to }) =>
      call('changes', () => {
        const head = branches.get(to);
        return head === undefined ? undefined : { head: head === from ? undefined : head, size: told.size };
      }),
    cancelPipeline: () => call('cancelPipeline', mayChange),
    findMergeRequest: (_project, branch) =>
      call('findMergeRequest', () => mergeRequests.findLast(({ sourceBranch }) => sourceBranch === branch)),
    createMergeRequest: (_project, { sourceBranch, title, description }) =>
      call('createMergeRequest', () => {
        mayChange();
        if (mergeRequests.some((other) => other.sourceBranch === sourceBranch && other.state === 'opened')) {
          throw refused('409 Another open merge request already exists for this source branch: !1');
        }
        const iid = mergeRequests.length + 1;
        const mergeRequest = {
          iid,
          url: `https://x/-/merge_requests/${iid}`,
          state: 'opened',
          sourceBranch,
          title,
          description,
        };
        mergeRequests.push(mergeRequest);
        return mergeRequest;
      }),
    resource: ({ resource: { iid } }) =>
      call('resource', () => {
        if (!items.has(iid)) throw gone('Issue');
        return { iid, title: 'Checkout fails', sha: 'f0rk', ...item };
      }),
    diffs: () => call('diffs', () => []),
    threads: (_place, { internal }) =>
      call('threads', () => {
        readInternal.push(internal);
        return [...new Set(said.map(({ discussionId }) => discussionId))].map(thread);
      }),
    thread: (_place, id) => call('thread', () => thread(id)),
  };
  return {
    gitlab,
    notes,
    branches,
    pipelines,
    mergeRequests,
    projectState,
    told,
    ownReactions,
    unresolved,
    items,
    item,
    inactive,
    readInternal,
    readAt,
    reactions,
    files,
    jobs,
    members,
    bots,
    calls,
    takes,
    handed,
    /** Has a person write into a thread; gives the comment's id. */
    say(discussionId: string, body: string) {
      said.push({ id: nextId(), discussionId, author: 'alice', body });
      return lastId;
    },
    failing(fault: typeof faultOf) {
      faultOf = fault;
    },
  };
}
