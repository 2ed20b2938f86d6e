import autocannon from 'autocannon';

/** How deliveries are sent, and what each is. */
export interface Load {
  readonly address: string;
  readonly token: string;
  readonly body: string | (() => string);
  readonly event: string;
  readonly connections: number;
  readonly seconds: number;
  /** Deliveries a second, whether or not earlier ones have their answers; as many as possible where left out. */
  readonly rate?: number;
  /** The status that every answer has to have. */
  readonly status: number;
}

export interface Loaded {
  readonly perSecond: number;
  /** Milliseconds; with a rate counted from when a delivery was due. */
  readonly p50: number;
  readonly p99: number;
}

/** Sends deliveries; rejects where an answer is another than it has to be. */
export async function load({
  address,
  token,
  body,
  event,
  connections,
  seconds,
  rate,
  status,
}: Load): Promise<Loaded> {
  const next = typeof body === 'function' ? body : undefined;
  const result = await autocannon({
    url: `${address}/webhooks/gitlab`,
    connections,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
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
  return { perSecond: answered / result.duration, p50: result.latency.p50, p99: result.latency.p99 };
}
