import type { FileAction, Repository } from '../../ports.ts';
import { Refusal } from '../../world/refusal.ts';
import { choice, flag, InvalidParameter, requiredText, text } from '../input.ts';

const kinds = ['create', 'update', 'delete', 'move', 'chmod'] as const;

/** Reads one entry of `actions` and refuses what does not fit the files that are there. */
export async function checkAction(
  call: { readonly input: Readonly<Record<string, unknown>> },
  { repository, ref }: { repository: Repository; ref: string },
): Promise<readonly FileAction[]> {
  const kind = choice(call, 'action', kinds);
  if (kind === undefined) throw new InvalidParameter('actions[0][action] is missing');
  const path = requiredText(call, 'file_path');
  const old = await repository.readFile(ref, path);
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
          content: old?.content ?? '',
          executable: flag(call, 'execute_filemode') ?? false,
        },
      ];
    case 'move': {
      const previous = requiredText(call, 'previous_path');
      const moved = await repository.readFile(ref, previous);
      if (moved === undefined) throw new Refusal('bad_request', "A file with this name doesn't exist");
      return [
        { action: 'delete', path: previous },
        { action: 'create', path, content: content ?? moved.content },
      ];
    }
    default:
      return kind satisfies never;
  }
}

/** `content`, which may be in base64. */
function contentOf(call: {
  readonly input: Readonly<Record<string, unknown>>;
}): string | Uint8Array | undefined {
  const content = text(call, 'content');
  if (content === undefined || text(call, 'encoding') !== 'base64') return content;
  return Buffer.from(content, 'base64');
}
