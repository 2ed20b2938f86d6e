import { COMMAND_NAMES, type CommandName } from '../events/command.ts';
import { link, plainText } from '../lib/markdown.ts';
import { askerOf } from './asker.ts';
import type { Run } from './run.ts';
import { runState } from './state.ts';

/** Hidden in the answer to a command, so that it is given once. */
export function replyMarker(commandId: string): string {
  return `<!-- beckon:command=${commandId} -->`;
}

const COMMANDS: Readonly<Record<CommandName, string>> = {
  stop: 'stops what I am doing here; whoever started it may, and Maintainers',
  status: 'says how it stands',
  retry: 'does the last request of this thread once more',
  resume: 'ends a pause that too many requests brought about; Maintainers may',
  help: 'says this',
};

/** What the account can be told. */
export function helpText(account: string): string {
  const lines = COMMAND_NAMES.map((name) => `- \`@${account} ${name}\` ${COMMANDS[name]}`);
  return [
    'Mention me with what you want done, assign me, or ask me for a review. In a comment by itself I also understand:',
    ...lines,
  ].join('\n');
}

/** How runs stand, a line for each. */
export function statusText(runs: readonly Run[], now: number): string {
  if (runs.length === 0) return 'There is nothing under way here.';
  return runs.map((run) => `- ${statusLine(run, now)}`).join('\n');
}

const WORDS: Readonly<Record<ReturnType<typeof runState>, string>> = {
  queued: '⏳ Waiting to be let in',
  starting: '🔄 Starting',
  running: '✅ Running',
  succeeded: '✅ Finished',
  failed: '❌ Failed',
  cancelled: '🛑 Cancelled',
  timed_out: '⌛ Stopped, for it ran longer than it may',
  refused: '❌ Refused',
};

function statusLine(run: Run, now: number): string {
  const seconds = Math.max(
    0,
    Math.round((Date.parse(run.finishedAt ?? '') || now) / 1000 - Date.parse(run.createdAt) / 1000),
  );
  const time = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  const pipeline = run.pipeline === undefined ? '' : `, ${link('pipeline', run.pipeline.url)}`;
  const who = plainText(askerOf(run, run.event.actor.name || run.event.actor.username));
  return `${WORDS[runState(run)]}: asked for by ${who}, ${run.finishedAt === undefined ? 'since' : 'took'} ${time}${pipeline}.`;
}
