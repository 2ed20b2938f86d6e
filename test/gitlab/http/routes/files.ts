import { createHash } from 'node:crypto';
import { commit } from '../../world/branches.ts';
import { repositoryOf } from '../../world/commits.ts';
import { levels } from '../../world/levels.ts';
import { mayPush } from '../../world/policy.ts';
import { forbidden, notFound, Refusal } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, ok, page } from '../call.ts';
import { flag, requiredText, text } from '../input.ts';
import { projectToChange, projectWithCode, userOf } from '../lookup.ts';
import { checkActions } from './file-actions.ts';

const item = '/projects/:id/repository/files/:file_path';

/** Files and folders of a project. */
export const fileRoutes: readonly Endpoint[] = [
  { method: 'GET', path: '/projects/:id/repository/tree', anonymous: true, run: tree },
  {
    method: 'GET',
    path: `${item}/raw`,
    anonymous: true,
    run: async (call) => {
      const { file } = await read(call, text(call, 'ref') ?? 'HEAD');
      return { kind: 'text', text: file.content, headers: { 'x-gitlab-blob-id': file.blobId } };
    },
  },
  {
    method: 'GET',
    path: item,
    anonymous: true,
    run: async (call) => {
      const ref = requiredText(call, 'ref');
      const { file, commitId, path } = await read(call, ref);
      return ok({
        file_name: path.split('/').at(-1),
        file_path: path,
        size: file.content.length,
        encoding: 'base64',
        content_sha256: createHash('sha256').update(file.content).digest('hex'),
        ref,
        blob_id: file.blobId,
        commit_id: commitId,
        last_commit_id: commitId,
        execute_filemode: false,
        content: Buffer.from(file.content).toString('base64'),
      });
    },
  },
  { method: 'POST', path: item, run: async (call) => created(await write(call, 'create')) },
  { method: 'PUT', path: item, run: async (call) => ok(await write(call, 'update')) },
];

async function read(call: Call, ref: string) {
  const project = projectWithCode(call);
  const repository = repositoryOf(project, call.context.state);
  const commitId = await repository.resolve(ref === 'HEAD' ? project.defaultBranch : ref);
  if (commitId === undefined) throw notFound('Commit');
  const path = call.params.file_path ?? '';
  const file = await repository.readFile(commitId, path);
  if (file === undefined) throw notFound('File');
  return { file, commitId, path };
}

async function write(call: Call, action: 'create' | 'update') {
  const project = projectToChange(call, levels.developer);
  const by = userOf(call);
  const branch = requiredText(call, 'branch');
  if (!mayPush(by, branch, project, call.context)) throw forbidden();
  const path = call.params.file_path ?? '';
  const repository = repositoryOf(project, call.context.state);
  const start = text(call, 'start_branch');
  const exists = (await repository.resolve(`refs/heads/${branch}`)) !== undefined;
  if (!exists && start === undefined)
    throw new Refusal('bad_request', 'You can only create or edit files when you are on a branch');
  const input = { ...call.input, action, file_path: path };
  requiredText(call, 'content');
  const actions = await checkActions([input], { repository, ref: exists ? branch : (start ?? '') });
  const message = requiredText(call, 'commit_message');
  const place = start === undefined ? {} : { startBranch: start };
  await commit({ project, by, branch, message, actions, ...place }, call.context);
  return { file_path: path, branch };
}

async function tree(call: Call) {
  const project = projectWithCode(call);
  const repository = repositoryOf(project, call.context.state);
  const ref = text(call, 'ref') ?? project.defaultBranch;
  if ((await repository.resolve(ref)) === undefined) throw notFound('Tree');
  const folder = text(call, 'path')?.replace(/^\/|\/$/g, '') ?? '';
  const inside = folder === '' ? '' : `${folder}/`;
  const entries = new Map<string, { id: string; name: string; type: string; path: string; mode: string }>();
  for (const file of await repository.tree(ref)) {
    if (!file.path.startsWith(inside)) continue;
    const parts = file.path.slice(inside.length).split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      if (depth > 1 && flag(call, 'recursive') !== true) break;
      const path = inside + parts.slice(0, depth).join('/');
      const blob = depth === parts.length;
      const id = blob ? file.blobId : createHash('sha1').update(path).digest('hex');
      const name = parts[depth - 1] ?? '';
      entries.set(path, { id, name, type: blob ? 'blob' : 'tree', path, mode: blob ? file.mode : '040000' });
    }
  }
  if (entries.size === 0 && folder !== '') throw notFound('Tree');
  const items = [...entries.values()].sort((a, b) =>
    a.type === b.type ? (a.path < b.path ? -1 : 1) : a.type === 'tree' ? -1 : 1,
  );
  return page(items, (entry) => entry);
}
