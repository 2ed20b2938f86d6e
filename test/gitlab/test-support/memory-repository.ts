import { createHash } from 'node:crypto';
import { structuredPatch } from 'diff';
import type { Commit, FileDiff, Repository } from '../ports.ts';

interface Blob {
  readonly content: Buffer;
  readonly blobId: string;
  readonly mode: string;
}

/** A repository that lives in memory: fast, and enough wherever nobody clones. */
export function memoryRepository(): Repository {
  const commits = new Map<string, Commit & { readonly files: ReadonlyMap<string, Blob> }>();
  const heads = new Map<string, string>();

  const resolveNow = (ref: string): string | undefined =>
    heads.get(ref.replace(/^refs\/heads\//, '')) ?? (commits.has(ref) ? ref : undefined);
  const filesAt = (ref: string): ReadonlyMap<string, Blob> => {
    const id = resolveNow(ref);
    return (id === undefined ? undefined : commits.get(id)?.files) ?? new Map<string, Blob>();
  };
  const ancestors = (ref: string): readonly Commit[] => {
    const seen = new Map<string, Commit>();
    const walk = [resolveNow(ref)];
    for (let id = walk.shift(); id !== undefined; id = walk.shift()) {
      const found = commits.get(id);
      if (found === undefined || seen.has(id)) continue;
      const { files: _files, ...commit } = found;
      seen.set(id, commit);
      walk.push(...commit.parentIds);
    }
    return [...seen.values()];
  };

  return {
    dir: '',
    branches: async () => [...heads].map(([name, commitId]) => ({ name, commitId })),
    resolve: async (ref) => resolveNow(ref),
    createBranch: async (name, commitId) => void heads.set(name, commitId),
    deleteBranch: async (name) => void heads.delete(name),
    readFile: async (ref, path) => filesAt(ref).get(path),
    tree: async (ref) => [...filesAt(ref)].map(([path, { blobId, mode }]) => ({ path, blobId, mode })),
    commit: async (input) => {
      const parent =
        heads.get(input.branch) ?? (input.startRef === undefined ? undefined : resolveNow(input.startRef));
      const files = new Map(parent === undefined ? [] : filesAt(parent));
      for (const action of input.actions) {
        if (action.action === 'delete') files.delete(action.path);
        else {
          const content = Buffer.from(action.content as string);
          const mode = action.executable === true ? '100755' : '100644';
          files.set(action.path, { content, blobId: sha1(`blob ${content.length}\0`, content), mode });
        }
      }
      const committer = input.committer ?? input.author;
      const parentIds = parent === undefined ? [] : [parent];
      const listing = [...files].map(([path, blob]) => `${path} ${blob.blobId}`).join('\n');
      const id = sha1(
        JSON.stringify([listing, parentIds, input.message, input.author, committer, commits.size]),
      );
      commits.set(id, { id, parentIds, message: input.message, author: input.author, committer, files });
      heads.set(input.branch, id);
      return id;
    },
    log: async (ref, options = {}) => {
      const known = new Set(
        options.since === undefined ? [] : ancestors(options.since).map((commit) => commit.id),
      );
      return ancestors(ref)
        .filter((commit) => !known.has(commit.id))
        .slice(0, options.limit);
    },
    mergeBase: async (a, b) => {
      const mine = new Set(ancestors(a).map((commit) => commit.id));
      return ancestors(b).find((commit) => mine.has(commit.id))?.id;
    },
    diff: async (from, to) => diffFiles(filesAt(from), filesAt(to)),
  };
}

function diffFiles(before: ReadonlyMap<string, Blob>, after: ReadonlyMap<string, Blob>): readonly FileDiff[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [old, fresh] = [before.get(path), after.get(path)];
    if (old?.blobId === fresh?.blobId) return [];
    const binary = [old, fresh].some((blob) => blob?.content.includes(0) === true);
    const shape = {
      oldPath: path,
      newPath: path,
      newFile: old === undefined,
      deletedFile: fresh === undefined,
      binary,
    };
    return [
      { ...shape, diff: binary ? '' : hunks(old?.content.toString() ?? '', fresh?.content.toString() ?? '') },
    ];
  });
}

function hunks(before: string, after: string): string {
  const patch = structuredPatch('', '', before, after, '', '', { context: 3 });
  return patch.hunks
    .map(
      (h) =>
        `@@ -${range(h.oldStart, h.oldLines)} +${range(h.newStart, h.newLines)} @@\n${h.lines.join('\n')}\n`,
    )
    .join('');
}

/** Git writes a range of one line without its length, and one of none with the line before. */
function range(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${lines === 0 ? start - 1 : start},${lines}`;
}

function sha1(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
