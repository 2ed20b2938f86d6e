import { Readable } from 'node:stream';
import type { Repository } from '../ports.ts';
import { type ReceiveCommand, receiveCommands } from './receive-commands.ts';
import { refValue } from './store.ts';

const ZERO = '0'.repeat(40);
/** A push of more refs than fit in here is let through but not reported. */
const MAX_HEAD_BYTES = 4_000_000;

/** Reads along with a push: `body` must be read in place of what was given, then `changes` knows what became true. */
export function watchPush(
  sent: Readable,
  repository: Repository,
): { readonly body: Readable; readonly changes: () => Promise<readonly ReceiveCommand[]> } {
  let head: Buffer = Buffer.alloc(0);
  let commands: readonly ReceiveCommand[] | undefined;
  async function* passing() {
    for await (const chunk of sent) {
      if (commands === undefined && head.length < MAX_HEAD_BYTES) {
        head = Buffer.concat([head, chunk]);
        commands = receiveCommands(head);
      }
      yield chunk;
    }
  }
  async function changes() {
    const done: ReceiveCommand[] = [];
    for (const command of commands ?? []) {
      // Git refuses single refs of a push (a stale one, say): only what is on disk now has happened.
      const value = (await refValue({ dir: repository.dir }, command.ref)) ?? ZERO;
      if (value === command.after) done.push(command);
    }
    return done;
  }
  return { body: Readable.from(passing(), { objectMode: false }), changes };
}
