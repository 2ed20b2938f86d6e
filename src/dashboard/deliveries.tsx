import { type DeliveryRecord, KeptOutcome } from '../admin/deliveries.ts';
import { Choice, Field } from './fields.tsx';
import { Columns, type Frame, Live, Out, page, Time } from './layout.tsx';
import { Verdicts } from './verdicts.tsx';

/** What the list is narrowed to, as it stands in the address. */
export type DeliveryFilters = Readonly<Partial<Record<'outcome' | 'project' | 'event', string>>>;

interface DeliveriesPage {
  readonly frame: Frame;
  readonly deliveries: readonly DeliveryRecord[];
  /** Where the list goes on. */
  readonly next: string | undefined;
  readonly filters: DeliveryFilters;
  /** Of this page. */
  readonly address: string;
  /** GitLab's base URL. */
  readonly gitlab: string;
  /** What is wrong about the filters. */
  readonly fault?: string | undefined;
}

/** The deliveries of late, each with what its triggers said. */
export function deliveriesPage(shown: DeliveriesPage): string {
  const { frame, deliveries, next, filters, address, gitlab, fault } = shown;
  const { base } = frame;
  const more = new URLSearchParams({ ...filters, ...(next === undefined ? {} : { after: next }) });
  const isNarrowed = Object.keys(filters).length > 0;
  return page(
    { frame, title: 'Deliveries', at: '/deliveries' },
    <>
      <h1>Deliveries of late</h1>
      <form class="filters" method="get" action={`${base}/deliveries`}>
        <Choice name="outcome" label="Outcome" value={filters.outcome} options={KeptOutcome.options} />
        <Field name="project" label="Project" value={filters.project} hint="acme/**" />
        <Field name="event" label="Event" value={filters.event} hint="note" />
        <button type="submit">Filter</button>
        {isNarrowed ? <a href={`${base}/deliveries`}>Show all</a> : null}
      </form>
      {fault === undefined ? null : (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <Live id="deliveries" address={address}>
        {deliveries.length === 0 ? (
          <p class="empty">No deliveries{isNarrowed ? ' that match' : ' yet'}.</p>
        ) : (
          <DeliveryTable {...{ base, deliveries, gitlab }} />
        )}
        {next === undefined ? null : (
          <p>
            <a href={`${base}/deliveries?${more}`}>Older deliveries</a>
          </p>
        )}
      </Live>
    </>,
  );
}

/** A line for each delivery. */
function DeliveryTable({
  base,
  deliveries,
  gitlab,
}: Pick<DeliveriesPage, 'deliveries' | 'gitlab'> & { readonly base: string }) {
  return (
    <table class="deliveries">
      <Columns names={['Outcome', 'What', 'Person', 'Came (UTC)', 'Took', 'Why']} />
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.id} id={`d-${delivery.id.replace(/\W/g, '-')}`}>
            <td>
              <Outcome {...delivery} />
            </td>
            <td class="what">
              {whatOf(delivery)}
              <small>
                <Place delivery={delivery} gitlab={gitlab} />
              </small>
            </td>
            <td data-label="Person">{delivery.user ?? ''}</td>
            <td data-label="Came">
              <Time at={delivery.at} />
            </td>
            <td data-label="Took" class="took">
              {delivery.ms === null ? '' : `${delivery.ms} ms`}
            </td>
            <td data-label="Why" class="why">
              <Answer base={base} delivery={delivery} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Outcome({ outcome }: Pick<DeliveryRecord, 'outcome'>) {
  return <span class={`state delivery-${outcome}`}>{outcome.replace('_', ' ')}</span>;
}

function whatOf({ event, by, times, confidential }: DeliveryRecord): string {
  return [
    event ?? 'unknown',
    ...(by === 'todo' ? ['by a To-Do item'] : []),
    ...(confidential ? ['confidential'] : []),
    ...(times > 1 ? [`${times} times`] : []),
  ].join(', ');
}

function Place({
  delivery: { project, item, noteId, from },
  gitlab,
}: {
  readonly delivery: DeliveryRecord;
  readonly gitlab: string;
}) {
  if (project === null) return <>{from === null ? '' : `from ${from}`}</>;
  if (item === null) return <>{project}</>;
  const path = `${project}/-/${item.type}s/${item.iid}${noteId === null ? '' : `#note_${noteId}`}`;
  return (
    <Out href={`${gitlab}/${path}`}>
      {`${project}${item.type === 'issue' ? '#' : '!'}${item.iid}${noteId === null ? '' : ` note ${noteId}`}`}
    </Out>
  );
}

function Answer({ base, delivery }: { readonly base: string; readonly delivery: DeliveryRecord }) {
  const { reason, runs, commands, verdicts, leftOut } = delivery;
  return (
    <>
      {runs.map((id) => (
        <div key={id}>
          <a href={`${base}/runs/${id}`}>{id}</a>
        </div>
      ))}
      {commands.map(({ agent, name }) => (
        <div key={agent}>
          {name} to {agent}
        </div>
      ))}
      {reason === null ? null : <div>{reason}</div>}
      {verdicts.length === 0 ? null : (
        <details>
          <summary>
            {verdicts.length + leftOut} {verdicts.length + leftOut === 1 ? 'trigger' : 'triggers'}
          </summary>
          <Verdicts verdicts={verdicts} />
          {leftOut === 0 ? null : <p>{leftOut} more were not kept.</p>}
        </details>
      )}
    </>
  );
}
