import type { Standing } from '../admin/standing.ts';
import type { QueueDepth } from '../runs/queue-ports.ts';
import { Columns, type Frame, Live, page, Time } from './layout.tsx';

interface QueuePage {
  readonly frame: Frame;
  readonly depth: QueueDepth;
  readonly standing: Standing;
  /** Of this page. */
  readonly address: string;
}

/** How full the queue is, and how the limits are used. */
export function queuePage({ frame, depth, standing, address }: QueuePage): string {
  return page(
    { frame, title: 'Queue', at: '/queue' },
    <>
      <h1>Queue and limits now</h1>
      <Live id="queue" address={address}>
        <p class="lead">
          {standing.active} of {standing.limit} runs are active, {standing.waiting} wait for their turn.
        </p>
        <Uses caption="Agents" uses={standing.agents} />
        <Uses
          caption="Projects with runs"
          uses={standing.projects.map(({ path, id, ...uses }) => ({
            ...uses,
            name: path ?? `project ${id}`,
          }))}
        />
        <h2>Jobs</h2>
        <p class="hint">
          What the queue holds: each run is one, delayed while it waits for its turn or its pipeline, and so
          are duties that come again, such as looking at To-Do items.
        </p>
        <dl class="facts">
          {Object.entries(depth).map(([state, number]) => (
            <div key={state}>
              <dt>{state}</dt>
              <dd>{number}</dd>
            </div>
          ))}
        </dl>
      </Live>
    </>,
  );
}

interface Use {
  readonly name: string;
  readonly active: number;
  readonly waiting: number;
  readonly limit: number;
  readonly pausedUntil?: string | null;
}

function Uses({ caption, uses }: { readonly caption: string; readonly uses: readonly Use[] }) {
  return (
    <>
      <h2>{caption}</h2>
      {uses.length === 0 ? <p class="empty">None.</p> : <UseTable uses={uses} />}
    </>
  );
}

function UseTable({ uses }: { readonly uses: readonly Use[] }) {
  return (
    <table>
      <Columns names={['Name', 'Active', 'Waiting', 'Standing']} />
      <tbody>
        {uses.map(({ name, active, waiting, limit, pausedUntil = null }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td data-label="Active">
              {active} of {limit}
            </td>
            <td data-label="Waiting">{waiting}</td>
            <td data-label="Standing">
              {pausedUntil === null ? (
                active >= limit ? (
                  'full'
                ) : (
                  'free'
                )
              ) : (
                <>
                  paused by its rate until <Time at={pausedUntil} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
