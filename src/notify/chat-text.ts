import type { RunSummary } from '../admin/view.ts';
import type { RunState } from '../config/config.ts';
import { oneLine } from '../lib/text.ts';

/** Takes no room and allows no line break. What it stands in is no address and calls nobody. */
const JOINER = '\u2060';

const SIGNS: Readonly<Record<RunState, string>> = {
  queued: '⏳',
  starting: '🔄',
  running: '▶️',
  succeeded: '✅',
  failed: '❌',
  cancelled: '🛑',
  timed_out: '⌛',
  refused: '⛔',
};

/**
 * A run in one line of Slack's mrkdwn, which Mattermost, Rocket.Chat and Google Chat read as well. `page`: the address of
 * its page.
 */
export function chatText(summary: RunSummary, page: string | undefined): string {
  const { state, agent, project, item, title, user, result } = summary;
  const number = item === null ? '' : `${item.type === 'issue' ? '#' : '!'}${item.iid}`;
  const where = item === null ? escaped(project) : link(item.url, `${project}${number}`);
  const what = title ? ` ${code(title)}` : '';
  const how = result === '' || result === state ? '' : `: ${resultOf(summary)}`;
  const see = page === undefined ? '' : ` ${link(page, 'See the run')}`;
  return `${SIGNS[state]} ${escaped(agent)} ${state.replace('_', ' ')} on ${where}${what} for ${escaped(user)}${how}.${see}`;
}

function resultOf({ outcome, result }: RunSummary): string {
  return outcome?.kind === 'merge_request' && typeof outcome.url === 'string'
    ? link(outcome.url, result)
    : code(result);
}

/**
 * Text of others on one line, in which nothing is a control sequence of Slack's (`<!channel>`, links) or calls anybody
 * elsewhere (`@all`), nor becomes a link.
 */
function escaped(text: string, max = 200): string {
  return oneLine(text, max)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[@#](?=\S)/g, `$&${JOINER}`)
    .replace(/\/\//g, `${JOINER}/${JOINER}/`)
    .replace(/\bwww(?=\.)/gi, `$&${JOINER}`)
    .replace(/\]\(/g, `]${JOINER}(`);
}

/** The same as code, so that nothing in it is formatted either. */
function code(text: string): string {
  return `\`${escaped(text.replaceAll('`', "'"))}\``;
}

/** Neither address nor text can end the link. */
function link(url: string, text: string): string {
  const address = url.replace(
    /[\s<>|]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `<${address.replace(/&/g, '&amp;')}|${escaped(text).replaceAll('|', '¦')}>`;
}
