import type { Mention } from '../../src/events/event.ts';
import { parseDelivery } from '../../src/events/parse.ts';
import { notePayload } from './payloads.ts';

/** A mention of `claude-bot` on an issue. */
export function mention(body = '@claude-bot please fix'): Mention {
  const reading = parseDelivery({ event: 'Note Hook', payload: notePayload(body) });
  const [event] = reading.kind === 'events' ? reading.events : [];
  if (event?.kind !== 'mention') throw new Error('the payload is a mention');
  return event;
}
