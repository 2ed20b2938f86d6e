import type { FileAction, Repository } from '../../ports.ts';
import { Refusal } from '../../world/refusal.ts';
import { choice, flag, InvalidParameter, requiredText, text } from '../input.ts';

const kinds = ['create', 'update', 'delete', 'move', 'chmod'] as const;

type Content = string | Uint8Array;

/** The content of a file as earlier actions of the same commit leave it; `undefined`: it is not there. */
type ReadFile = (path: string) => Promise<Content | undefined>;

/** Reads `actions`, each after the ones before it, and refuses what does not fit the files that are there. */
export async function checkActions(
  inputs: readonly Readonly<Record<string, unknown>>[],
  { repository, ref }: { repository: Repository; ref: string },
): Promise<readonly FileAction[]> {
  const changed = new Map<string, Content | undefined>();
  const read: ReadFile = async (path) =>
    changed.has(path) ? changed.get(path) : (await repository.readFile(ref, path))?.content;
  const actions: FileAction[] = [];
  for (const input of inputs) {
    for (const action of await checkAction({ input }, read)) {
      changed.set(action.path, action.action === 'delete' ? undefined : action.content);
      actions.push(action);
    }
  }
  return actions;
}

async function checkAction(
  call: { readonly input: Readonly<Record<string, unknown>> },
  read: ReadFile,
): Promise<readonly FileAction[]> {
  const kind = choice(call, 'action', kinds);
  if (kind === undefined) throw new InvalidParameter('actions[0][action] is missing');
  const path = requiredText(call, 'file_path');
  const old = await read(path);
  if (kind === 'create' && old !== undefined)
    throw new Refusal('bad_request', 'A file with this name already exists');
  if (kind !== 'create' && kind !== 'move' && old === undefined)
    throw new Refusal('bad_request', "A file with this name doesn't exist");
  const content = contentOf(call);
  switch (kind) {
    case 'create':
    case 'update':
      return [
        { action: kind, path, content: content ?? '', executable: flag(call, 'execute_filemode') ?? false },
      ];
    case 'delete':
      return [{ action: 'delete', path }];
    case 'chmod':
      return [
        {
          action: 'update',
          path,
          content: old ?? '',
          executable: flag(call, 'execute_filemode') ?? false,
        },
      ];
    case 'move': {
      const previous = requiredText(call, 'previous_path');
      const moved = await read(previous);
      if (moved === undefined) throw new Refusal('bad_request', "A file with this name doesn't exist");
      if (old !== undefined) throw new Refusal('bad_request', 'A file with this name already exists');
      return [
        { action: 'delete', path: previous },
        { action: 'create', path, content: content ?? moved },
      ];
    }
    default:
      return kind satisfies never;
  }
}

/** `content`, which may be in base64. */
function contentOf(call: { readonly input: Readonly<Record<string, unknown>> }): Content | undefined {
  const content = text(call, 'content');
  if (content === undefined || text(call, 'encoding') !== 'base64') return content;
  return Buffer.from(content, 'base64');
}
