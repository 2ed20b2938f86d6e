import type { Repository, Runner } from '../ports.ts';
import { addApplication } from './applications.ts';
import { commit, createBranch, deleteBranch, pushed } from './branches.ts';
import { addRunner } from './ci-runners.ts';
import type { WorldContext } from './context.ts';
import { createPipeline } from './create-pipeline.ts';
import { award, revokeAward } from './emoji.ts';
import type { DomainEvent } from './events.ts';
import { addHook, deleteHook, recordDelivery, updateHook } from './hooks.ts';
import { assign, close, edit, openIssue, reopen, unassign } from './issues.ts';
import { openMergeRequest } from './merge-requests.ts';
import { mergeMergeRequest } from './merging.ts';
import { comment, deleteIssue, deleteNote, editNote, post, resolveDiscussion } from './notes.ts';
import { addGroup, addMember, addToken, addUser, removeMember, revokeToken, setUserState } from './people.ts';
import {
  appendTrace,
  cancelPipeline,
  finishPipeline,
  setJobStatus,
  setPipelineStatus,
  startPipeline,
} from './pipelines.ts';
import { addLabel, addProject, setVariable, updateProject } from './projects.ts';
import type { Project } from './records-project.ts';
import { requestReview, submitReview } from './reviews.ts';
import { emptyState, type State, snapshot } from './state.ts';

export interface WorldOptions {
  readonly url: () => string;
  readonly openRepository: (project: Project) => Promise<Repository>;
  readonly version?: string;
  readonly now?: () => Date;
  readonly runner?: Runner;
  /** Whether pushes start pipelines; by default where there is a runner. */
  readonly pushPipelines?: boolean;
  /** Whether a webhook that fails ever again is switched off; so by default. */
  readonly disablesHooks?: boolean;
}

/** Makes an empty instance. Each act below is what a person, a job or an admin could do. */
export function createWorld(options: WorldOptions) {
  return worldOver(emptyState(), options);
}

/** A GitLab instance without its HTTP side: the state and everything that can happen to it. */
export type World = ReturnType<typeof createWorld>;

function worldOver(state: State, options: WorldOptions) {
  const listeners = new Set<(event: DomainEvent) => void>();
  const context: WorldContext = {
    state,
    now: options.now ?? (() => new Date()),
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    url: options.url,
    version: options.version ?? '18.9.0',
    openRepository: options.openRepository,
    runner: options.runner,
    background: new Set(),
    pushPipelines: options.pushPipelines ?? options.runner !== undefined,
    disablesHooks: options.disablesHooks ?? true,
  };
  const act =
    <I, O>(run: (input: I, context: WorldContext) => O) =>
    (input: I): O =>
      run(input, context);
  return {
    ...context,
    context,
    /** Calls back on every event; answers how to stop that. */
    listen: (listener: (event: DomainEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** The context over a copy of the state as it is now, for reads that lag behind. */
    past: (): WorldContext => ({ ...context, state: snapshot(state) }),
    /** Cancels whatever runs and waits until it has stopped. */
    stopJobs: async () => {
      if (context.background.size === 0) return;
      for (const { id } of state.pipelines.values()) cancelPipeline({ id }, context);
      await Promise.allSettled([...context.background]);
    },
    addUser: act(addUser),
    setUserState: act(setUserState),
    addToken: act(addToken),
    revokeToken: act(revokeToken),
    addApplication: act(addApplication),
    addGroup: act(addGroup),
    addMember: act(addMember),
    removeMember: act(removeMember),
    addProject: act(addProject),
    updateProject: act(updateProject),
    setVariable: act(setVariable),
    addRunner: act(addRunner),
    addLabel: act(addLabel),
    openIssue: act(openIssue),
    deleteIssue: act(deleteIssue),
    openMergeRequest: act(openMergeRequest),
    assign: act(assign),
    unassign: act(unassign),
    edit: act(edit),
    close: act(close),
    reopen: act(reopen),
    requestReview: act(requestReview),
    submitReview: act(submitReview),
    merge: act(mergeMergeRequest),
    comment: act(comment),
    post: act(post),
    editNote: act(editNote),
    deleteNote: act(deleteNote),
    resolveDiscussion: act(resolveDiscussion),
    award: act(award),
    revokeAward: act(revokeAward),
    commit: act(commit),
    createBranch: act(createBranch),
    deleteBranch: act(deleteBranch),
    pushed: act(pushed),
    createPipeline: act(createPipeline),
    startPipeline: act(startPipeline),
    finishPipeline: act(finishPipeline),
    cancelPipeline: act(cancelPipeline),
    setPipelineStatus: act(setPipelineStatus),
    setJobStatus: act(setJobStatus),
    appendTrace: act(appendTrace),
    addHook: act(addHook),
    updateHook: act(updateHook),
    deleteHook: act(deleteHook),
    recordDelivery: act(recordDelivery),
  };
}
