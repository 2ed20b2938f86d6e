import type { Comment } from './threads.ts';
import { visibleText, withoutTokens } from './visible.ts';

/** GitLab's own limits for what an agent is asked in a thread. */
const MAX_MESSAGES = 15;
const MAX_CHARACTERS = 16_384;

/**
 * `AI_FLOW_INPUT` of a mention in a thread where the agent was asked before: the comments up to the one that asks
 * now, oldest first, in the form that GitLab gives them. The newest 15 at most, and of these the newest that fit
 * into 16,384 characters; the request itself is always there, as its author wrote it. The others are shown as
 * people see them in GitLab.
 */
export function conversationInput(
  earlier: readonly Comment[],
  request: { readonly id: number; readonly author: string; readonly body: string },
): string {
  const newest = [...earlier.map(cleaned), request].map(message).slice(-MAX_MESSAGES);
  const head = (count: number) => {
    const missing = earlier.length + 1 - count;
    const left =
      missing === 0
        ? 'No message was left out'
        : `Messages left out before them: ${missing}; AI_FLOW_CONTEXT may have them`;
    return `<!-- The messages of this thread, oldest first. The last one is the request. ${left}. -->`;
  };
  let kept = newest.slice(-1);
  for (let count = 2; count <= newest.length; count += 1) {
    const more = newest.slice(-count);
    if ([head(count), ...more].join('\n').length > MAX_CHARACTERS) break;
    kept = more;
  }
  return [head(kept.length), ...kept].join('\n');
}

/** Nothing in another person's text can end its message, or begin one in somebody's name. */
function cleaned({ id, author, body }: Comment) {
  const text = withoutTokens(visibleText(body)).replaceAll(/<(?=\/?message\b)/gi, '<\\');
  return { id, author, body: text };
}

function message({ id, author, body }: { id: number; author: string; body: string }): string {
  return `<message id="${id}" author="@${author}">\n${body}\n</message>`;
}
