/*
 * Webhook payloads as GitLab 18 sends them, written from its payload builders. Each takes what a test is about and
 * fills in the rest.
 */

type Fields = Readonly<Record<string, unknown>>;

const ALICE = { id: 5, name: 'Alice Ito', username: 'alice', avatar_url: null, email: '[REDACTED]' };
const BOT = { id: 90, name: 'Claude', username: 'claude-bot', avatar_url: null, email: '[REDACTED]' };
export const people = { alice: ALICE, bot: BOT };

export const project = {
  id: 7,
  name: 'Shop',
  web_url: 'https://gitlab.example.com/acme/web/shop',
  path_with_namespace: 'acme/web/shop',
  default_branch: 'main',
  visibility_level: 0,
};

export const NOW = Date.parse('2026-03-02T10:00:30Z');
const CREATED = '2026-03-02T10:00:00.000Z';

const issueFields = {
  id: 301,
  iid: 12,
  title: 'Checkout fails for guests',
  state: 'opened',
  confidential: false,
  url: 'https://gitlab.example.com/acme/web/shop/-/issues/12',
};
const mergeRequestFields = {
  id: 401,
  iid: 8,
  title: 'Guest checkout',
  state: 'opened',
  source_branch: 'guest-checkout',
  target_branch: 'main',
  source_project_id: 7,
  target_project_id: 7,
  url: 'https://gitlab.example.com/acme/web/shop/-/merge_requests/8',
};

export function notePayload(
  body: string,
  {
    note = {},
    issue = {},
    mergeRequest,
    ...top
  }: Fields & { note?: Fields; issue?: Fields; mergeRequest?: Fields } = {},
) {
  const on =
    mergeRequest === undefined
      ? { issue: { ...issueFields, ...issue } }
      : { merge_request: { ...mergeRequestFields, ...mergeRequest } };
  return {
    object_kind: 'note',
    event_type: 'note',
    user: ALICE,
    project_id: 7,
    project,
    object_attributes: {
      id: 9001,
      note: body,
      author_id: ALICE.id,
      noteable_type: mergeRequest === undefined ? 'Issue' : 'MergeRequest',
      noteable_id: 301,
      discussion_id: '6a9c1750b37d513a43987b574953fceb50b03ce7',
      created_at: CREATED,
      updated_at: CREATED,
      system: false,
      internal: false,
      action: 'create',
      url: 'https://gitlab.example.com/acme/web/shop/-/issues/12#note_9001',
      ...note,
    },
    ...on,
    ...top,
  };
}

export function issuePayload({ issue = {}, ...top }: Fields & { issue?: Fields } = {}) {
  return {
    object_kind: 'issue',
    event_type: 'issue',
    user: ALICE,
    project,
    object_attributes: {
      ...issueFields,
      project_id: 7,
      action: 'update',
      created_at: CREATED,
      updated_at: CREATED,
      ...issue,
    },
    changes: {},
    ...top,
  };
}

export function mergeRequestPayload({ mergeRequest = {}, ...top }: Fields & { mergeRequest?: Fields } = {}) {
  return {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user: ALICE,
    project,
    object_attributes: {
      ...mergeRequestFields,
      action: 'update',
      created_at: CREATED,
      updated_at: CREATED,
      ...mergeRequest,
    },
    changes: {},
    ...top,
  };
}

export function pipelinePayload(ref: string, status: string) {
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: 77,
      iid: 3,
      ref,
      status,
      source: 'api',
      url: `${project.web_url}/-/pipelines/77`,
    },
    user: BOT,
    project,
  };
}
