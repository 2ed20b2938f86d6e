import { BeckonError } from '../lib/errors.ts';
import type { MergeRequestRef } from '../runs/ports.ts';
import type { Change } from './plan.ts';
import type { CiLint, FileAction, ProjectSettings, ProjectSetup } from './ports.ts';

/** Tells our commits from those of others, whose work on the branch must not be lost. */
const MARK = 'Made-by: beckon';

export interface Offered {
  readonly url: string;
  readonly outcome: 'opened' | 'updated' | 'unchanged';
  /** What GitLab says of the CI configuration of the branch, where it was asked. */
  readonly lint: CiLint | undefined;
}

/**
 * Offers a change as a merge request: one branch with one commit on the newest default branch. A branch and a merge
 * request that are there already are brought up to date; where they are, nothing is written.
 *
 * @throws {BeckonError} `branch_taken` where the branch has commits of somebody else, `ci_invalid` where GitLab does
 * not accept the CI configuration that comes out.
 */
export async function offerMergeRequest(
  gitlab: ProjectSetup,
  { settings, change }: { readonly settings: ProjectSettings; readonly change: Change },
): Promise<Offered> {
  const { id, defaultBranch } = settings;
  if (defaultBranch === undefined) throw new BeckonError('repository_empty', 'The repository is empty.');
  const { branch, title, description, actions, ciFiles } = change;
  const { isThere, open } = await lookAtOffer(gitlab, { settings, change });
  if (!isThere) {
    for (const text of ciFiles)
      insistOn(await gitlab.lintText(id, text), 'the job of the agent', 'Nothing was written.');
    const message = `${title}\n\n${MARK}`;
    await gitlab.commitOnto(id, { branch, start: defaultBranch, message, actions });
  }
  // Without a simulated pipeline: one of this branch may be filtered out by the project's own workflow:rules.
  const lint = ciFiles.length === 0 ? undefined : await gitlab.lintBranch(id, branch);
  if (lint !== undefined)
    insistOn(lint, branch, 'The branch is there to look at; no merge request was opened.');
  if (open === undefined) {
    const request = { sourceBranch: branch, targetBranch: defaultBranch, title, description };
    return { url: (await gitlab.createMergeRequest(id, request)).url, outcome: 'opened', lint };
  }
  if (!isThere) await gitlab.editMergeRequest(id, open.iid, { title, description });
  return { url: open.url, outcome: isThere ? 'unchanged' : 'updated', lint };
}

/** How far a change is offered already. */
export interface OfferState {
  /** Whether the branch holds the change as it is now. */
  readonly isThere: boolean;
  readonly open: MergeRequestRef | undefined;
}

/** Looks whether a change is offered already, and writes nothing. @throws {BeckonError} `branch_taken` */
export async function lookAtOffer(
  gitlab: Pick<ProjectSetup, 'branchHead' | 'readFile' | 'openMergeRequest'>,
  { settings: { id }, change: { branch, actions } }: { settings: ProjectSettings; change: Change },
): Promise<OfferState> {
  const head = await gitlab.branchHead(id, branch);
  if (head === undefined) return { isThere: false, open: undefined };
  if (!head.message.includes(MARK))
    throw new BeckonError('branch_taken', `The branch ${branch} has a commit of somebody else.`, {
      hint: 'Merge its merge request, or delete the branch.',
    });
  const [isThere, open] = [
    await holds(gitlab, id, branch, actions),
    await gitlab.openMergeRequest(id, branch),
  ];
  return { isThere, open };
}

async function holds(
  gitlab: Pick<ProjectSetup, 'readFile'>,
  projectId: number,
  branch: string,
  actions: readonly FileAction[],
): Promise<boolean> {
  for (const { path, content } of actions)
    if ((await gitlab.readFile(projectId, path, branch)) !== content) return false;
  return true;
}

function insistOn({ valid, errors }: CiLint, what: string, hint: string): void {
  if (!valid)
    throw new BeckonError('ci_invalid', `GitLab does not accept ${what}: ${errors.join('; ')}`, { hint });
}
