import type { RunSummary } from '../admin/view.ts';
import { RUN_STATES, type RunState } from '../config/config.ts';
import { formatDuration } from '../lib/duration.ts';
import { Choice, Field } from './fields.tsx';
import { Columns, type Frame, Live, Out, page, Time } from './layout.tsx';
import { WhyForm } from './why.tsx';

/** What the list is narrowed to, as it stands in the address. */
export type Filters = Readonly<Partial<Record<'state' | 'agent' | 'project' | 'user' | 'since', string>>>;

interface RunsPage {
  readonly frame: Frame;
  readonly runs: readonly RunSummary[];
  /** Where the list goes on. */
  readonly next: string | undefined;
  readonly filters: Filters;
  /** Names of the agents to choose from. */
  readonly agents: readonly string[];
  /** Of this page. */
  readonly address: string;
  /** What is wrong about the filters. */
  readonly fault?: string | undefined;
}

/** The list of runs. */
export function runsPage({ frame, runs, next, filters, agents, address, fault }: RunsPage): string {
  const { base } = frame;
  const more = new URLSearchParams({ ...filters, ...(next === undefined ? {} : { after: next }) });
  return page(
    { frame, title: 'Runs', at: '/' },
    <>
      <h1>Runs</h1>
      {frame.who?.isOperator === true ? <WhyForm base={base} /> : null}
      <form class="filters" method="get" action={`${base}/`}>
        <Choice name="state" label="State" value={filters.state} options={RUN_STATES} />
        <Choice name="agent" label="Agent" value={filters.agent} options={agents} />
        <Field name="project" label="Project" value={filters.project} hint="acme/**" />
        <Field name="user" label="Person" value={filters.user} hint="ada" />
        <Field name="since" label="Of the last" value={filters.since} hint="2h, 7d" />
        <button type="submit">Filter</button>
        {Object.keys(filters).length > 0 ? <a href={`${base}/`}>Show all</a> : null}
      </form>
      {fault === undefined ? null : (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <Live id="runs" address={address}>
        {runs.length === 0 ? (
          <p class="empty">No runs{Object.keys(filters).length > 0 ? ' that match' : ' yet'}.</p>
        ) : (
          <RunTable base={base} runs={runs} />
        )}
        {next === undefined ? null : (
          <p>
            <a href={`${base}/?${more}`}>Older runs</a>
          </p>
        )}
      </Live>
    </>,
  );
}

function RunTable({ base, runs }: { readonly base: string; readonly runs: readonly RunSummary[] }) {
  return (
    <table class="runs">
      <Columns names={['State', 'What', 'Agent', 'Person', 'Began (UTC)', 'Took', 'Result']} />
      <tbody>
        {runs.map((run) => (
          <tr key={run.id} id={run.id}>
            <td>
              <State state={run.state} />
            </td>
            <td class="what">
              <a href={`${base}/runs/${run.id}`}>{run.title ?? `Run ${run.id}`}</a>
              <small>
                <Item run={run} />
              </small>
            </td>
            <td data-label="Agent">{run.agent}</td>
            <td data-label="Person">{run.user}</td>
            <td data-label="Began">
              <Time at={run.createdAt} />
            </td>
            <td data-label="Took">{formatDuration(run.seconds * 1_000)}</td>
            <td data-label="Result">{run.result}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where a run was called from, as a link. */
export function Item({ run: { project, item } }: { readonly run: RunSummary }) {
  if (item === null) return <>{project}</>;
  const mark = item.type === 'issue' ? '#' : '!';
  return <Out href={item.url}>{`${project}${mark}${item.iid}`}</Out>;
}

/** The state of a run in its colour. */
export function State({ state }: { readonly state: RunState }) {
  return <span class={`state ${state}`}>{state.replace('_', ' ')}</span>;
}
