/** One ref that a push wants to change. A missing side is an id of forty zeros: created, or deleted. */
export interface ReceiveCommand {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

const COMMAND = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/;

/**
 * Reads the commands at the head of a `git-receive-pack` request, which come as packet lines (four hexadecimal
 * digits of length, then the text) up to a `0000`. Nothing while the bytes do not reach that far.
 *
 * @throws Error when the bytes are no packet lines.
 */
export function receiveCommands(bytes: Uint8Array): readonly ReceiveCommand[] | undefined {
  const text = new TextDecoder();
  const commands: ReceiveCommand[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const digits = text.decode(bytes.subarray(at, at + 4));
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw new Error('not a packet line');
    const length = Number.parseInt(digits, 16);
    if (length === 0) return commands;
    if (length < 4) throw new Error('not a packet line');
    if (at + length > bytes.length) return undefined;
    const command = COMMAND.exec(text.decode(bytes.subarray(at + 4, at + length)));
    const [, before, after, ref] = command ?? [];
    if (before !== undefined && after !== undefined && ref !== undefined)
      commands.push({ ref, before, after });
    at += length;
  }
  return undefined;
}
