import type { Config } from '../../src/config/config.ts';
import { createCaughtUp } from '../../src/queue/caught-up.ts';
import type { SharedText } from '../../src/queue/shared-text.ts';
import type { CaughtUp } from '../../src/runs/queue-ports.ts';
import { config } from '../builders/config.ts';

/** A text of one process, which dies with it. */
function memoryText(): SharedText {
  let text: string | undefined;
  return {
    async update(change) {
      text = change(text);
    },
  };
}

/** How far has been caught up, in memory. */
export function caughtUpDouble(
  fields: Partial<Config> = {},
  { text = memoryText(), clock = Date.now }: { text?: SharedText; clock?: () => number } = {},
): CaughtUp {
  return createCaughtUp(text, { config: config(fields), clock });
}
