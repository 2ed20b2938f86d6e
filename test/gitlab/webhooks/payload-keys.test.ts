import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startReceiver } from '../test-support/receiver.ts';
import { setUp } from '../test-support/setup.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/data/payloads');
const there = existsSync(folder);

type Json = Record<string, unknown>;

/** GitLab's own examples for 19.3, by file. */
const examples = {
  noteOnMergeRequest: 'gitlab-docs-19.3--webhook_events-note-4.json',
  noteOnIssue: 'gitlab-docs-19.3--webhook_events-note-5.json',
  issue: 'gitlab-docs-19.3--webhook_events-issue-2.json',
  mergeRequest: 'gitlab-docs-19.3--webhook_events-merge_request-11.json',
  pipeline: 'gitlab-docs-19.3--webhook_events-pipeline-13.json',
  emoji: 'gitlab-docs-19.3--webhook_events-emoji-29.json',
} as const;

/** Keys of the examples that are not sent here, and why not. */
const leftOut: Readonly<Record<string, string>> = {
  'issue.branch_name': 'gone since GitLab 8',
  'issue.position': 'gone since GitLab 8',
  'merge_request.position': 'gone since GitLab 8',
  'noteOnMergeRequest merge_request.assignee': 'gone; assignee_ids is there',
  'pipeline merge_request': 'filled for pipelines of merge requests only',
  'object_attributes.start_date': 'work item dates are not kept here',
  'object_attributes.escalation_status': 'incidents only',
  'object_attributes.escalation_policy': 'incidents only',
  assignee: 'gone; assignees is there',
  source_pipeline: 'child pipelines only',
};

/** Everything by its path, through lists, without values. */
function paths(value: unknown, at = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => paths(item, at));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Json).flatMap(([key, inner]) => {
    const path = at === '' ? key : `${at}.${key}`;
    // What changed differs from case to case, and these stand for themselves elsewhere.
    if (['changes', 'variables', 'merge_params', 'approval_rules', 'runner', 'environment'].includes(key))
      return [path];
    return [path, ...paths(inner, path)];
  });
}

async function everything(): Promise<Readonly<Record<keyof typeof examples, Json>>> {
  const { gitlab, world, project, alice, bot } = await setUp({ version: '19.3.0' });
  const receiver = await startReceiver();
  world.addHook({
    project,
    url: receiver.url,
    events: ['note', 'issues', 'merge_requests', 'pipeline', 'emoji'],
  });
  const issue = world.openIssue({
    project,
    author: alice,
    title: 'Bug',
    assignees: [bot],
    labels: ['urgent'],
  });
  await world.commit({
    project,
    by: bot,
    branch: 'b',
    message: 'm',
    actions: [{ action: 'create', path: 'f', content: 'x' }],
  });
  const mergeRequest = await world.openMergeRequest({
    project,
    author: alice,
    title: 'T',
    sourceBranch: 'b',
    assignees: [alice],
    reviewers: [bot],
    labels: ['urgent'],
  });
  const note = world.comment({ issue, author: alice, body: 'x' });
  world.comment({ mergeRequest, author: alice, body: 'x' });
  await world.createPipeline({
    project,
    user: alice,
    ref: 'b',
    variables: [{ key: 'A', value: 'b', variableType: 'env_var' }],
  });
  world.award({ by: bot, name: 'eyes', projectId: project.id, on: { kind: 'note', id: note.id } });
  await gitlab.webhooksSettled();
  const find = (fits: (body: Json) => boolean) =>
    receiver.received.find(({ body }) => fits(body))?.body as Json;
  return {
    noteOnIssue: find((body) => body.object_kind === 'note' && 'issue' in body),
    noteOnMergeRequest: find((body) => body.object_kind === 'note' && 'merge_request' in body),
    issue: find((body) => body.object_kind === 'issue'),
    mergeRequest: find((body) => body.object_kind === 'merge_request'),
    pipeline: find((body) => body.object_kind === 'pipeline'),
    emoji: find((body) => body.object_kind === 'emoji'),
  };
}

describe.skipIf(!there)(there ? 'payload keys' : `payload keys (skipped: ${folder} is not there)`, () => {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json;

  test("every key of GitLab's examples is sent", async () => {
    const sent = await everything();
    const missing = Object.entries(examples).flatMap(([name, file]) => {
      const ours = new Set(paths(sent[name as keyof typeof examples]));
      return paths(read(file))
        .filter((path) => !ours.has(path) && !isLeftOut(path) && !isLeftOut(`${name} ${path}`))
        .map((path) => `${name} ${path}`);
    });
    expect([...new Set(missing)]).toEqual([]);
  });

  test('no key is sent that no GitLab has ever sent', async () => {
    const sent = await everything();
    const known = new Set<string>();
    for (const file of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
      const body = read(file);
      for (const path of paths(body)) known.add(`${String(body.object_kind)} ${path}`);
    }
    const seen = (kind: string, path: string): boolean =>
      known.has(`${kind} ${path}`) ||
      // The same builder writes an item wherever it stands.
      (kind !== 'issue' &&
        path.startsWith('issue.') &&
        seen('issue', path.replace('issue.', 'object_attributes.'))) ||
      (kind !== 'merge_request' &&
        path.startsWith('merge_request.') &&
        seen('merge_request', path.replace('merge_request.', 'object_attributes.'))) ||
      (kind !== 'note' &&
        path.startsWith('note.') &&
        seen('note', path.replace('note.', 'object_attributes.')));
    const invented = Object.entries(sent).flatMap(([name, body]) =>
      paths(body)
        .filter((path) => !seen(String(body.object_kind), path))
        .map((path) => `${name} ${path}`),
    );
    expect([...new Set(invented)]).toEqual([]);
  });
});

function isLeftOut(path: string): boolean {
  return Object.keys(leftOut).some((known) => path === known || path.startsWith(`${known}.`));
}
