import autocannon from 'autocannon';

/** How deliveries are sent, and what each is. */
export interface Load {
  readonly address: string;
  readonly token: string;
  readonly body: string | (() => string);
  readonly event: string;
  readonly connections: number;
  readonly seconds: number;
  /** The status that every answer has to have. */
  readonly status: number;
}

/**
 * Sends as many deliveries as are answered; how many a second that were. Rejects where an answer has another status than it
 * has to have.
 */
export async function load({
  address,
  token,
  body,
  event,
  connections,
  seconds,
  status,
}: Load): Promise<number> {
  const next = typeof body === 'function' ? body : undefined;
  const result = await autocannon({
    url: `${address}/webhooks/gitlab`,
    connections,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-gitlab-token': token, 'x-gitlab-event': event },
        ...(typeof body === 'string' ? { body } : {}),
        ...(next === undefined ? {} : { setupRequest: (request) => ({ ...request, body: next() }) }),
      },
    ],
  });
  const others = Object.entries(result.statusCodeStats ?? {}).filter(([code]) => code !== String(status));
  if (result.errors > 0 || others.length > 0) {
    throw new Error(`${result.errors} errors, and answers other than ${status}: ${JSON.stringify(others)}`);
  }
  const answered = result.statusCodeStats?.[`${status}`]?.count ?? 0;
  return answered / result.duration;
}
