import type { Ending } from './ending.ts';
import type { Call, Change, Event } from './event.ts';
import { mentionedAccounts } from './mention.ts';
import { accountsTakenOut, accountsToAct } from './newly-named.ts';
import type { IssuePayload, MergeRequestPayload } from './payloads.ts';
import { ignored, NO_PROJECT, type Reading } from './reading.ts';
import { isoDate, issueOf, mergeRequestOf, personOf, projectOf } from './resource.ts';

type Item = IssuePayload | MergeRequestPayload;
type Base = Omit<Call, 'kind' | 'accounts' | 'input'>;

/** An issue or another work item: who was called on, what was added, and that it is new. */
export function readIssue(payload: IssuePayload): Reading {
  const issue = payload.object_attributes;
  const project = projectOf(payload.project, issue.project_id);
  if (project === undefined) return NO_PROJECT;
  const base: Base = {
    project,
    resource: issueOf(issue, payload.project),
    actor: personOf(payload.user),
    happenedAt: isoDate(issue.updated_at ?? issue.created_at),
    confidential: issue.confidential === true || payload.event_type?.startsWith('confidential_') === true,
  };
  const status = payload.changes?.status?.current?.name;
  const events = [
    ...calls('assign', assignees(payload), base),
    ...calls('description', newlyDescribed(payload), base),
    ...labels(payload, base),
    ...(issue.action === 'open' ? [change('work_item', 'created', '', base)] : []),
    ...(status === undefined ? [] : [change('work_item', 'status_changed', base.happenedAt ?? status, base)]),
  ];
  return { ...eventsOf(events), ...endingsIn(payload, base) };
}

/** GitLab's actions of a merge request by the names that its flow triggers have for them. */
const ACTIONS: Readonly<Record<string, string>> = {
  open: 'created',
  approved: 'approved',
  merge: 'merged',
};

/** A merge request: who was called on, what was added, and how it stands. */
export function readMergeRequest(payload: MergeRequestPayload): Reading {
  const mergeRequest = payload.object_attributes;
  const project = projectOf(payload.project, mergeRequest.target_project_id);
  if (project === undefined) return NO_PROJECT;
  const base: Base = {
    project,
    resource: mergeRequestOf(mergeRequest, payload.project),
    actor: personOf(payload.user),
    happenedAt: isoDate(mergeRequest.updated_at ?? mergeRequest.created_at),
    confidential: false,
  };
  const action = ACTIONS[mergeRequest.action ?? ''];
  const when = base.happenedAt ?? '';
  const events = [
    ...calls('assign', assignees(payload), base),
    ...calls('assign_reviewer', reviewers(payload), base),
    ...calls('description', newlyDescribed(payload), base),
    ...labels(payload, base),
    ...(action === undefined
      ? []
      : [change('merge_request', action, action === 'approved' ? when : '', base)]),
    ...(isNowReady(payload) ? [change('merge_request_ready', 'ready', when, base)] : []),
    ...(isInConflict(payload)
      ? [change('merge_request_code_conflict', 'conflict', mergeRequest.last_commit?.id ?? when, base)]
      : []),
  ];
  return { ...eventsOf(events), ...endingsIn(payload, base) };
}

/** What the change ends: work of accounts that were taken out, or on the whole item. */
function endingsIn(
  { object_attributes, changes }: Item,
  base: Base,
): { readonly endings?: readonly Ending[] } {
  const reviewers = accountsTakenOut(changes?.reviewers);
  const unassigned = accountsTakenOut(changes?.assignees);
  const isClosed = object_attributes.action === 'close' || object_attributes.action === 'merge';
  const { project, resource, actor, happenedAt } = base;
  const at = { project, resource, actor, happenedAt };
  const endings: readonly Ending[] = [
    ...(isClosed ? [{ ...at, cause: 'close' as const, accounts: undefined }] : []),
    ...(unassigned.length > 0 ? [{ ...at, cause: 'unassign' as const, accounts: unassigned }] : []),
    ...(reviewers.length > 0 ? [{ ...at, cause: 'review_removed' as const, accounts: reviewers }] : []),
  ];
  return endings.length === 0 ? {} : { endings };
}

function assignees({ object_attributes, assignees: set, changes }: Item): readonly string[] {
  return accountsToAct({ action: object_attributes.action, set, change: changes?.assignees });
}

function reviewers({ object_attributes, reviewers: set, changes }: MergeRequestPayload): readonly string[] {
  const askedAgain = set?.filter((reviewer) => reviewer.re_requested === true);
  return accountsToAct({ action: object_attributes.action, set, change: changes?.reviewers, askedAgain });
}

/** Whom the description names now and did not name before. */
function newlyDescribed({ object_attributes: { action, description }, changes }: Item): readonly string[] {
  if (action === 'open') return mentionedAccounts(description ?? '');
  const { previous, current } = changes?.description ?? {};
  if (current === undefined) return [];
  const before = new Set(mentionedAccounts(previous ?? ''));
  return mentionedAccounts(current).filter((name) => !before.has(name));
}

/** One event for each label that was added; an item that is opened has all of its labels added. */
function labels(payload: Item, base: Base): readonly Change[] {
  const isNew = payload.object_attributes.action === 'open';
  const { previous, current } = payload.changes?.labels ?? {};
  const before = new Set(isNew ? [] : previous?.map((label) => label.title));
  const now = (isNew ? payload.labels : current) ?? [];
  const added = [...new Set(now.map((label) => label.title))].filter((title) => !before.has(title));
  return added.map((title) => change('label', title, base.happenedAt ?? '', base));
}

/** Whether the draft mark was taken off with this update. */
function isNowReady({ changes }: MergeRequestPayload): boolean {
  const draft = changes?.draft ?? changes?.work_in_progress;
  return draft?.previous === true && draft.current === false;
}

/** Once for each commit at its head: the webhook says it again with every update. */
function isInConflict({ object_attributes }: MergeRequestPayload): boolean {
  const { action, detailed_merge_status, merge_status } = object_attributes;
  if (action !== 'open' && action !== 'reopen' && action !== 'update') return false;
  return detailed_merge_status === undefined
    ? merge_status === 'cannot_be_merged'
    : detailed_merge_status === 'conflict';
}

function calls(kind: Call['kind'], accounts: readonly string[], base: Base): readonly Call[] {
  return accounts.length === 0 ? [] : [{ ...base, kind, accounts, input: String(base.resource.iid) }];
}

function change(kind: Change['kind'], action: string, mark: string, base: Base): Change {
  return { ...base, kind, action, mark, input: String(base.resource.iid) };
}

function eventsOf(events: readonly Event[]): Reading {
  return events.length > 0 ? { kind: 'events', events } : ignored('Nothing in it that starts an agent.');
}
