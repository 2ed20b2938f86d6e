import { durationOf, itemOf, resultOf } from '../admin/view.ts';
import { formatDuration } from '../lib/duration.ts';
import { oneLine } from '../lib/text.ts';
import { askerOf } from '../runs/asker.ts';
import { noteUrl } from '../runs/place.ts';
import type { StopRequest } from '../runs/queue-ports.ts';
import type { HistoryEntry, Run } from '../runs/run.ts';
import { runState } from '../runs/state.ts';

/** Characters of a text of somebody else's in a table, and in a line of its own. */
const IN_TABLE = 60;
const IN_LINE = 400;

const GAP = '  ';

/** One line, without what would steer a terminal. */
function plain(text: string, max: number): string {
  return oneLine(text.replace(/\p{Cc}/gu, ' '), max);
}

function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length));
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  const pad = (cell: string, column: number) =>
    cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length));
  return rows.map((row) => row.map(pad).join(GAP).trimEnd()).join('\n');
}

/** A line for each run; `now` in milliseconds since the epoch. */
export function renderRuns(runs: readonly Run[], now: number): string {
  if (runs.length === 0) return 'No runs.';
  return table([
    ['ID', 'STATE', 'AGENT', 'ITEM', 'USER', 'AGE', 'TOOK', 'RESULT'],
    ...runs.map((run) => [
      run.id,
      runState(run),
      run.agent,
      plain(itemOf(run), IN_LINE),
      plain(run.event.actor.username, IN_TABLE),
      formatDuration(now - Date.parse(run.createdAt)),
      formatDuration(durationOf(run, now)),
      plain(resultOf(run), IN_TABLE),
    ]),
  ]);
}

/** All there is to know of a run. */
export function renderRun(run: Run, { stop, now }: { stop: StopRequest | undefined; now: number }): string {
  const { event, outcome } = run;
  const failed = outcome?.kind === 'failed' ? outcome.job : undefined;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['agent', `${run.agent}, by the trigger ${run.trigger}`],
    ['event', `${event.kind} by ${askerOf(run, event.actor.username)}`],
    ['item', itemOf(run)],
    ['link', event.resource?.url ?? event.project.url],
    ['request', event.confidential ? '(confidential)' : event.input],
    ['note', noteUrl(run)],
    ['branch', run.branch?.name],
    ['pipeline', run.pipeline?.url],
    ['merge request', outcome?.kind === 'merge_request' ? outcome.url : undefined],
    [outcome === undefined ? 'step' : 'result', resultOf(run)],
    ['job', failed && `${failed.name} ${failed.url}`],
    ['retry of', run.retryOf],
    ['asked in', run.askedBy && `${run.askedBy.run} (depth ${run.askedBy.depth})`],
    ['asked to stop', stop && `by ${stop.by}: ${stop.reason}`],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[`  ${name}`, plain(value, IN_LINE)]],
  );
  const took = formatDuration(durationOf(run, now));
  return [
    `${run.id} ${runState(run)} ${run.finishedAt === undefined ? 'for' : 'after'} ${took}`,
    table(lines),
    '',
    renderHistory(run, now),
  ].join('\n');
}

function renderHistory(run: Run, now: number): string {
  const queued: HistoryEntry = { at: run.createdAt, what: 'queued', step: 'admit', times: 1 };
  const entries = [queued, ...(run.history ?? [])];
  const rows = entries.map(({ at, what, step, detail = '', times }, index) => {
    const end = entries[index + 1]?.at ?? run.finishedAt;
    const lasted = (end === undefined ? now : Date.parse(end)) - Date.parse(at);
    const isLast = what === 'finished';
    return [
      at.slice(0, 19).replace('T', ' '),
      isLast ? '' : formatDuration(lasted),
      times === 1 ? what : `${what} (${times} times)`,
      step,
      plain(detail, IN_LINE),
    ];
  });
  return table([['UTC', 'LASTED', 'WHAT', 'STEP', 'WHY'], ...rows]);
}
