import type { Delivery } from './delivery.ts';
import type { Event, Issue, MergeRequest, Person, Project, Resource } from './event.ts';
import { mentionedAccounts } from './mention.ts';
import { accountsToAct } from './newly-named.ts';
import {
  type IssueFields,
  IssuePayload,
  type MergeRequestFields,
  MergeRequestPayload,
  NotePayload,
  PipelinePayload,
  type ProjectPayload,
  type UserPayload,
} from './payloads.ts';

/** What a delivery holds. */
export type Reading =
  | { readonly kind: 'events'; readonly events: readonly Event[] }
  /** A pipeline changed its status; whoever waits for one on this branch wants to look again. */
  | { readonly kind: 'pipeline'; readonly ref: string; readonly status: string }
  /** A true delivery in which there is nothing to do. */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** Not a payload of GitLab's. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a delivery of any GitLab from 8 to 19. Never throws; what cannot be used comes with the reason. */
export function parseDelivery({ payload }: Delivery): Reading {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { kind: 'unreadable', reason: 'The body is not a JSON object.' };
  }
  const kind = 'object_kind' in payload ? payload.object_kind : undefined;
  if ('project' in payload && payload.project === null) {
    return ignored('It belongs to a group and to no project, and agents run in projects.');
  }
  switch (kind) {
    case 'note':
      return read(NotePayload, payload, readNote);
    case 'issue':
    case 'work_item':
      return read(IssuePayload, payload, readIssue);
    case 'merge_request':
      return read(MergeRequestPayload, payload, readMergeRequest);
    case 'pipeline':
      return read(PipelinePayload, payload, ({ object_attributes: { ref, status } }) => ({
        kind: 'pipeline',
        ref,
        status,
      }));
    default:
      return readOther(kind, payload);
  }
}

function readOther(kind: unknown, payload: object): Reading {
  if (typeof kind === 'string') return ignored(`Nothing is set up for ${quoted(kind)} events.`);
  if ('event_name' in payload && typeof payload.event_name === 'string') {
    return ignored(`Nothing is set up for the system hook event ${quoted(payload.event_name)}.`);
  }
  return {
    kind: 'unreadable',
    reason:
      'The body has no object_kind. Where the webhook has a custom template, take it out: Beckon needs the body that GitLab sends by itself.',
  };
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: readonly { path: PropertyKey[] }[] } };
}

function read<T>(schema: Schema<T>, payload: object, use: (payload: T) => Reading): Reading {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return use(parsed.data);
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).slice(0, 3);
  return ignored(`The payload lacks what is needed to act on it: ${fields.join(', ')}.`);
}

function readNote(payload: NotePayload): Reading {
  const note = payload.object_attributes;
  const resource = resourceOf(payload);
  if (resource === undefined) {
    return ignored(
      `Comments on ${quoted(note.noteable_type ?? 'something else')} cannot start an agent, only those on issues and merge requests.`,
    );
  }
  if (note.system === true) return ignored('A system note, written by GitLab itself.');
  if (note.action === 'update') return ignored('An edited comment; only new comments start an agent.');
  if (note.author_id !== undefined && payload.user.id !== undefined && note.author_id !== payload.user.id) {
    return ignored("A test delivery: it names the tester as the user of somebody else's comment.");
  }
  const project = projectOf(payload.project, payload.project_id);
  if (project === undefined) return ignored('The payload does not say which project it is from.');
  const accounts = mentionedAccounts(note.note);
  if (accounts.length === 0) return ignored('The comment mentions nobody.');
  const confidentialItem = payload.issue?.confidential === true;
  return {
    kind: 'events',
    events: [
      {
        kind: 'mention',
        project,
        resource,
        actor: personOf(payload.user),
        happenedAt: isoDate(note.created_at),
        confidential:
          confidentialItem || note.internal === true || payload.event_type === 'confidential_note',
        note: {
          id: note.id,
          discussionId: note.discussion_id,
          body: note.note,
          url: note.url ?? `${resource.url}#note_${note.id}`,
          internal:
            note.internal === true || (payload.event_type === 'confidential_note' && !confidentialItem),
        },
        accounts,
      },
    ],
  };
}

function readIssue(payload: IssuePayload): Reading {
  const issue = payload.object_attributes;
  const project = projectOf(payload.project, issue.project_id);
  if (project === undefined) return ignored('The payload does not say which project it is from.');
  const assigned = accountsToAct({
    action: issue.action,
    set: payload.assignees,
    change: payload.changes?.assignees,
  });
  if (assigned.length === 0) return ignored('Nobody was newly assigned.');
  return {
    kind: 'events',
    events: [
      {
        kind: 'assign',
        project,
        resource: issueOf(issue, payload.project),
        actor: personOf(payload.user),
        happenedAt: isoDate(issue.updated_at ?? issue.created_at),
        confidential: issue.confidential === true || payload.event_type?.startsWith('confidential_') === true,
        accounts: assigned,
      },
    ],
  };
}

function readMergeRequest(payload: MergeRequestPayload): Reading {
  const { action, ...mergeRequest } = payload.object_attributes;
  const project = projectOf(payload.project, mergeRequest.target_project_id);
  if (project === undefined) return ignored('The payload does not say which project it is from.');
  const base = {
    project,
    resource: mergeRequestOf(mergeRequest, payload.project),
    actor: personOf(payload.user),
    happenedAt: isoDate(mergeRequest.updated_at ?? mergeRequest.created_at),
    confidential: false,
  } as const;
  const assigned = accountsToAct({ action, set: payload.assignees, change: payload.changes?.assignees });
  const reviewers = accountsToAct({
    action,
    set: payload.reviewers,
    change: payload.changes?.reviewers,
    askedAgain: payload.reviewers?.filter((reviewer) => reviewer.re_requested === true),
  });
  const events: Event[] = [];
  if (assigned.length > 0) events.push({ ...base, kind: 'assign', accounts: assigned });
  if (reviewers.length > 0) events.push({ ...base, kind: 'assign_reviewer', accounts: reviewers });
  if (events.length === 0) return ignored('Nobody was newly assigned or asked for a review.');
  return { kind: 'events', events };
}

function resourceOf(payload: NotePayload): Resource | undefined {
  if (payload.issue !== undefined) return issueOf(payload.issue, payload.project);
  if (payload.merge_request !== undefined) return mergeRequestOf(payload.merge_request, payload.project);
  return undefined;
}

function issueOf(issue: IssueFields, project: ProjectPayload): Issue {
  return {
    type: 'issue',
    iid: issue.iid,
    title: issue.title ?? '',
    url: issue.url ?? `${project.web_url ?? ''}/-/issues/${issue.iid}`,
  };
}

function mergeRequestOf(mergeRequest: MergeRequestFields, project: ProjectPayload): MergeRequest {
  return {
    type: 'merge_request',
    iid: mergeRequest.iid,
    title: mergeRequest.title ?? '',
    url: mergeRequest.url ?? `${project.web_url ?? ''}/-/merge_requests/${mergeRequest.iid}`,
    sourceBranch: mergeRequest.source_branch,
    targetBranch: mergeRequest.target_branch,
    sourceProjectId: mergeRequest.source_project_id,
  };
}

/** Old payloads have the project's id outside of the project. */
function projectOf(project: ProjectPayload, id: number | undefined): Project | undefined {
  const projectId = project.id ?? id;
  if (projectId === undefined) return undefined;
  return {
    id: projectId,
    path: project.path_with_namespace,
    url: project.web_url ?? '',
    defaultBranch: project.default_branch,
  };
}

function personOf(user: UserPayload): Person {
  return { id: user.id, username: user.username, name: user.name ?? user.username };
}

/** GitLab writes `2023-05-25 17:12:06 UTC`, `2018-05-15 07:45:37 -0700` and ISO 8601; `undefined`: none of them. */
export function isoDate(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function ignored(reason: string): Reading {
  return { kind: 'ignored', reason };
}

/** A name out of the payload, short and on one line: the answer is shown in GitLab and in logs. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
