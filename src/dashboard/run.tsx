import type { ComponentChildren } from 'preact';
import type { RunDetails } from '../admin/view.ts';
import { formatDuration } from '../lib/duration.ts';
import { Columns, type Frame, Live, Out, page, Time } from './layout.tsx';
import { Item, State } from './runs.tsx';

interface RunPage {
  readonly frame: Frame;
  readonly run: RunDetails;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** All that is known of a run. */
export function runPage({ frame, run, now }: RunPage): string {
  const address = `${frame.base}/runs/${run.id}`;
  return page(
    { frame, title: run.title ?? `Run ${run.id}` },
    <>
      <p>
        <a href={`${frame.base}/`}>Runs</a>
      </p>
      <h1>{run.title ?? `Run ${run.id}`}</h1>
      <Live id="run" address={address}>
        <p class="lead">
          <State state={run.state} /> {run.finishedAt === null ? 'for' : 'after'}{' '}
          {formatDuration(run.seconds * 1_000)}
          {run.result === '' ? '' : `: ${run.result}`}
        </p>
        <Actions run={run} address={address} />
        <Facts run={run} base={frame.base} />
        <TimeLine run={run} now={now} />
      </Live>
    </>,
  );
}

function Actions({ run, address }: { readonly run: RunDetails; readonly address: string }) {
  if (run.finishedAt !== null) {
    return (
      <form method="post" action={`${address}/retry`}>
        <button type="submit">Start again</button>
      </form>
    );
  }
  if (run.stop !== null) return <p>{run.stop.by} asked it to stop.</p>;
  return (
    <form method="post" action={`${address}/cancel`}>
      <button type="submit" class="danger">
        Stop
      </button>
    </form>
  );
}

function Facts({ run, base }: { readonly run: RunDetails; readonly base: string }) {
  const link = (href: string | null | undefined, text: string) =>
    href === null || href === undefined ? undefined : <Out href={href}>{text}</Out>;
  const { outcome, pipeline } = run;
  const mergeRequest = outcome?.kind === 'merge_request' ? link(String(outcome.url), run.result) : undefined;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    ['Asked by', `${run.user}${run.askedBy === null ? '' : `, through ${run.askedBy.account}`}`],
    ['Where', <Item key="item" run={run} />],
    ['What happened', run.event],
    ['Request', run.input],
    ['Agent', `${run.agent}, by the trigger ${run.trigger}`],
    ['Note', link(run.noteUrl, 'in the thread')],
    ['Pipeline', pipeline === null ? undefined : link(pipeline.url, `#${pipeline.id}`)],
    ['Branch', run.branch?.name],
    ['Merge request', mergeRequest],
    [
      'Again for',
      run.retryOf === null ? undefined : <a href={`${base}/runs/${run.retryOf}`}>{run.retryOf}</a>,
    ],
    ['Id', <code key="id">{run.id}</code>],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function TimeLine({ run, now }: { readonly run: RunDetails; readonly now: number }) {
  const entries = [{ at: run.createdAt, what: 'queued', step: 'admit', times: 1 }, ...run.history];
  return (
    <section aria-labelledby="time-line">
      <h2 id="time-line">Time line</h2>
      <table>
        <Columns names={['UTC', 'Lasted', 'What', 'Step', 'Why']} />
        <tbody>
          {entries.map((entry, index) => {
            const end = entries[index + 1]?.at ?? run.finishedAt;
            const lasted = (end === null ? now : Date.parse(end)) - Date.parse(entry.at);
            return (
              <tr key={`${entry.at} ${entry.what}`}>
                <td>
                  <Time at={entry.at} />
                </td>
                <td data-label="Lasted">{entry.what === 'finished' ? '' : formatDuration(lasted)}</td>
                <td data-label="What">
                  {entry.times === 1 ? entry.what : `${entry.what} (${entry.times} times)`}
                </td>
                <td data-label="Step">{entry.step}</td>
                <td data-label="Why" class="why">
                  {'detail' in entry ? entry.detail : ''}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
