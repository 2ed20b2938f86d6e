import type { FileAction, Signature } from '../ports.ts';
import { commitInfo, repositoryOf } from './commits.ts';
import type { WorldContext } from './context.ts';
import { createPipeline } from './create-pipeline.ts';
import { noCommit } from './events.ts';
import { getProject, getUser, type ProjectRef, type UserRef } from './lookup.ts';
import { followPush } from './merging.ts';
import { mayPush, protectionOf } from './policy.ts';
import { Refusal } from './refusal.ts';

/** What a push did to one branch. */
export interface RefChange {
  readonly project: ProjectRef;
  readonly by: UserRef;
  /** `refs/heads/…` */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** Tells everybody about a push: merge requests follow, a push event goes out, and a push pipeline may start. */
export async function pushed(input: RefChange, context: WorldContext): Promise<void> {
  const { state } = context;
  const project = getProject(input.project, state);
  const userId = getUser(input.by, state).id;
  const branch = input.ref.replace(/^refs\/heads\//, '');
  const repository = repositoryOf(project, state);
  const gone = input.after === noCommit;
  const since = input.before === noCommit ? {} : { since: input.before };
  const log =
    gone || input.before === noCommit ? [] : await repository.log(input.after, { ...since, limit: 1000 });
  if (!gone && input.before !== noCommit)
    await followPush(
      { projectId: project.id, branch, before: input.before, after: input.after, userId },
      context,
    );
  context.emit({
    type: 'push',
    projectId: project.id,
    userId,
    ref: input.ref,
    before: input.before,
    after: input.after,
    commits: log.slice(0, 20).map(commitInfo).reverse(),
    totalCommits: log.length,
  });
  if (!gone && context.pushPipelines) await pushPipeline({ ...input, project, branch }, context);
}

async function pushPipeline(input: RefChange & { branch: string }, context: WorldContext): Promise<void> {
  const [head] = await repositoryOf(getProject(input.project, context.state), context.state).log(
    input.after,
    { limit: 1 },
  );
  if (head === undefined || /\[(skip ci|ci skip)\]/i.test(head.message)) return;
  try {
    await createPipeline(
      { project: input.project, user: input.by, ref: input.branch, source: 'push' },
      context,
    );
  } catch (error) {
    // A push whose pipeline cannot be made is still a push; GitLab says nothing either.
    if (!(error instanceof Refusal)) throw error;
  }
}

export interface NewCommit {
  readonly project: ProjectRef;
  readonly by: UserRef;
  readonly branch: string;
  readonly message: string;
  readonly actions: readonly FileAction[];
  /** Where a branch that is not there yet starts. */
  readonly startBranch?: string;
  /** Drops what the branch held before. */
  readonly force?: boolean;
  readonly author?: Signature;
}

/** Commits to a branch as a push of that user. Answers the commit's id. */
export async function commit(input: NewCommit, context: WorldContext): Promise<string> {
  const { state, now } = context;
  const project = getProject(input.project, state);
  const by = getUser(input.by, state);
  const repository = repositoryOf(project, state);
  const before = (await repository.resolve(`refs/heads/${input.branch}`)) ?? noCommit;
  const isNew = before === noCommit || input.force === true;
  const startRef = isNew ? (input.startBranch ?? project.defaultBranch) : undefined;
  const started = startRef === undefined ? undefined : await repository.resolve(startRef);
  const committer: Signature = { name: by.name, email: by.email, date: now() };
  if (input.force === true && before !== noCommit) await repository.deleteBranch(input.branch);
  const after = await repository.commit({
    branch: input.branch,
    message: input.message,
    author: { ...committer, ...input.author },
    committer,
    actions: input.actions,
    ...(started === undefined ? {} : { startRef: started }),
  });
  await pushed({ project, by, ref: `refs/heads/${input.branch}`, before, after }, context);
  return after;
}

/** Makes a branch, with GitLab's refusals. Answers the commit at its tip. */
export async function createBranch(
  input: { project: ProjectRef; by: UserRef; branch: string; ref: string },
  context: WorldContext,
): Promise<string> {
  const { state } = context;
  const project = getProject(input.project, state);
  const by = getUser(input.by, state);
  const repository = repositoryOf(project, state);
  if (!isBranchName(input.branch)) throw new Refusal('bad_request', 'Branch name is invalid');
  if (input.ref === '') throw new Refusal('bad_request', 'Ref is missing');
  const names = (await repository.branches()).map((branch) => branch.name);
  if (names.includes(input.branch)) throw new Refusal('bad_request', 'Branch already exists');
  const failed = `Failed to create branch '${input.branch}'`;
  if (names.some((name) => name.startsWith(`${input.branch}/`) || input.branch.startsWith(`${name}/`)))
    throw new Refusal('bad_request', `${failed}: Branch name conflicts with existing branch hierarchy.`);
  const commitId = await repository.resolve(input.ref);
  if (commitId === undefined)
    throw new Refusal('bad_request', `${failed}: invalid reference name '${input.ref}'`);
  if (!mayPush(by, input.branch, project, context)) throw new Refusal('bad_request', protectedText);
  await repository.createBranch(input.branch, commitId);
  await pushed(
    { project, by, ref: `refs/heads/${input.branch}`, before: noCommit, after: commitId },
    context,
  );
  return commitId;
}

/** Deletes a branch, never the default or a protected one. */
export async function deleteBranch(
  input: { project: ProjectRef; by: UserRef; branch: string },
  context: WorldContext,
): Promise<void> {
  const project = getProject(input.project, context.state);
  const repository = repositoryOf(project, context.state);
  const before = await repository.resolve(`refs/heads/${input.branch}`);
  if (before === undefined) throw new Refusal('not_found', '404 Branch Not Found');
  if (input.branch === project.defaultBranch) throw new Refusal('not_allowed', 'Cannot remove HEAD branch');
  if (protectionOf(input.branch, project) !== undefined)
    throw new Refusal('not_allowed', 'Protected branch cannot be deleted');
  await repository.deleteBranch(input.branch);
  const ref = `refs/heads/${input.branch}`;
  await pushed({ project, by: input.by, ref, before, after: noCommit }, context);
}

/** The part of `git check-ref-format` that people meet. */
function isBranchName(name: string): boolean {
  return !/^[-/.]|[/.]$|\.lock$|\.\.|\/\/|@\{|[\p{Cc}\s~^:?*[\\]/u.test(name) && name !== '' && name !== '@';
}

const protectedText = 'You are not allowed to create protected branches on this project.';
