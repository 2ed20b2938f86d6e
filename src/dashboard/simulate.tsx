import type { Received } from '../receive.ts';
import { type Frame, page } from './layout.tsx';
import { Verdicts } from './verdicts.tsx';

/** What a pasted payload would do and why. */
export function simulatePage({
  frame,
  payload = '',
  event = '',
  received,
  fault,
}: {
  readonly frame: Frame;
  readonly payload?: string;
  readonly event?: string;
  readonly received?: Received;
  readonly fault?: string;
}): string {
  return page(
    { frame, title: 'Simulate', at: '/simulate' },
    <>
      <h1>Simulate a delivery</h1>
      <p>
        Paste the payload of a webhook request, as GitLab shows it under Settings &gt; Webhooks &gt; Edit &gt;
        Recent events. Nothing is done and nobody is asked.
      </p>
      {fault === undefined ? null : (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {received === undefined ? null : <Answer received={received} />}
      <form method="post" action={`${frame.base}/simulate`} class="simulate">
        <label>
          Payload (JSON)
          <textarea name="payload" rows={14} required spellcheck={false}>
            {payload}
          </textarea>
        </label>
        <label>
          X-Gitlab-Event, where the payload does not tell
          <input name="event" value={event} placeholder="Note Hook" autoComplete="off" />
        </label>
        <button type="submit">Simulate</button>
      </form>
    </>,
  );
}

function Answer({ received }: { readonly received: Received }) {
  if (received.status === 'unreadable') return <p class="fault">Would be refused: {received.reason}</p>;
  return (
    <section aria-label="Answer" class="answer">
      {received.status === 'accepted' ? (
        <ul>
          {received.runs.map(({ id, agent }) => (
            <li key={id}>
              Would run the agent {agent} (run {id}).
            </li>
          ))}
          {(received.commands ?? []).map(({ agent, name }) => (
            <li key={`${agent} ${name}`}>
              Would tell the agent {agent}: {name}.
            </li>
          ))}
        </ul>
      ) : (
        <p>Would do nothing: {received.reason}</p>
      )}
      <Verdicts verdicts={received.verdicts} />
    </section>
  );
}
