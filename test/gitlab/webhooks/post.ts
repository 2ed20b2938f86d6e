import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Posted {
  readonly status: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly seconds: number;
}

/** Sends one webhook. Never throws: no answer in time is the status `internal error`, as in GitLab's log. */
export function postHook(
  input: { url: string; headers: Readonly<Record<string, string>>; body: string; verifyTls: boolean },
  { timeoutMs }: { timeoutMs: number },
): Promise<Posted> {
  const started = performance.now();
  const since = () => Number(((performance.now() - started) / 1000).toFixed(6));
  return new Promise((resolve) => {
    const failed = (error: Error) =>
      resolve({ status: 'internal error', headers: {}, body: error.message, seconds: since() });
    const target = new URL(input.url);
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(
      target,
      {
        method: 'POST',
        agent: false,
        headers: { ...input.headers, 'Content-Length': String(Buffer.byteLength(input.body)) },
        rejectUnauthorized: input.verifyTls,
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', failed);
        response.on('end', () => {
          const headers = Object.fromEntries(
            Object.entries(response.headers).map(([k, v]) => [k, String(v)]),
          );
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: String(response.statusCode ?? 0), headers, body, seconds: since() });
        });
      },
    );
    request.on('error', failed);
    request.end(input.body);
  });
}
