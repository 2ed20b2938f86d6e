import { writeBlob } from 'isomorphic-git';
import type { FileAction } from '../ports.ts';
import { at, type Store, type TreeFile } from './store.ts';

function checkPath(path: string): void {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git'))
    throw new Error('invalid path');
}

/**
 * The files of a commit after some actions, as a new map; contents are written to the store as blobs.
 *
 * @throws Error with GitLab's texts: an existing file cannot be created, a missing one not updated or deleted.
 */
export async function editFiles(
  files: ReadonlyMap<string, TreeFile>,
  actions: readonly FileAction[],
  { store }: { readonly store: Store },
): Promise<Map<string, TreeFile>> {
  const edited = new Map(files);
  for (const action of actions) {
    checkPath(action.path);
    const present = edited.get(action.path);
    switch (action.action) {
      case 'create':
        if (present !== undefined) throw new Error('A file with this name already exists');
        break;
      case 'update':
      case 'delete':
        if (present === undefined) throw new Error("A file with this name doesn't exist");
        break;
      default:
        action satisfies never;
    }
    if (action.action === 'delete') {
      edited.delete(action.path);
      continue;
    }
    const blob =
      typeof action.content === 'string' ? new TextEncoder().encode(action.content) : action.content;
    const plain = present?.mode ?? '100644';
    const mode = action.executable === undefined ? plain : action.executable ? '100755' : '100644';
    edited.set(action.path, { blobId: await writeBlob({ ...at(store), blob }), mode });
  }
  return edited;
}
