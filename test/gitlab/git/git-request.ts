import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';

/** The two halves of Git's smart protocol: fetching and pushing. */
export type Service = 'git-upload-pack' | 'git-receive-pack';

export const SERVICES: readonly Service[] = ['git-upload-pack', 'git-receive-pack'];

/** `group/sub/project` from the segments of `group/sub/project.git`, where each is a name that GitLab allows. */
export function projectPath(request: FastifyRequest): string | undefined {
  const parts = Object.values(request.params as Readonly<Record<string, string>>);
  if (!parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part))) return undefined;
  const path = parts.join('/');
  return path.endsWith('.git') ? path.slice(0, -'.git'.length) : undefined;
}

/** A header that a client may send once. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The body as it was before the client compressed it. */
export function unzipped(request: FastifyRequest): Readable {
  const body = request.body instanceof Readable ? request.body : Readable.from([]);
  if (!/\bgzip\b/.test(header(request, 'content-encoding') ?? '')) return body;
  const gunzip = createGunzip();
  body.on('error', (error) => gunzip.destroy(error));
  return body.pipe(gunzip);
}
