import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Frame } from '../../dashboard/layout.tsx';
import { ICON, STYLE } from '../../dashboard/style.ts';
import type { Principal } from '../session.ts';
import type { DeskTools } from './desk.ts';

/** What pages load, by its name. */
const ASSETS: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
  'beckon.css': { type: 'text/css; charset=utf-8', body: STYLE },
  'icon.svg': { type: 'image/svg+xml', body: ICON },
  'htmx.js': {
    type: 'text/javascript; charset=utf-8',
    body: readFileSync(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'), 'utf8'),
  },
};
const VERSION = createHash('sha256').update(JSON.stringify(ASSETS)).digest('hex').slice(0, 12);

/** Fields of a form and of an address; one that is given twice counts once. */
export const Fields = z.record(
  z.string(),
  z.union([z.string(), z.array(z.string()).transform((all) => all.at(-1) ?? '')]),
);

/** The fields of an address that are not empty. */
export function fieldsOf(query: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(Fields.parse(query)).filter(([, value]) => value !== ''));
}

/** Serves what pages load. */
export function assetRoutes(app: FastifyInstance): void {
  for (const [name, { type, body }] of Object.entries(ASSETS)) {
    app.get(`/assets/:version/${name}`, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=31536000, immutable').type(type).send(body),
    );
  }
}

/** The frame of a page for somebody. */
export function frameFor(who: Principal | undefined, { desk }: Pick<DeskTools, 'desk'>): Frame {
  return {
    base: baseOf(desk().config.server.publicUrl),
    who: who && {
      name: who.kind === 'operator' ? 'Operator' : who.username,
      isOperator: who.kind === 'operator',
    },
    assets: VERSION,
  };
}

/** Answers with a page, which nobody keeps. */
export function sendPage(reply: FastifyReply, text: string, status = 200): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);
}

/** The path below which people reach the service, without a slash at the end. */
export function baseOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** The path to go on with after signing in, if it is one of ours; read as browsers do, which pass over some characters. */
export function ownPath(next: string): string {
  const own = 'http://own.invalid';
  if (!next.startsWith('/') || !URL.canParse(next, own)) return '/';
  const { origin, pathname, search } = new URL(next, own);
  return origin === own && !pathname.startsWith('//') ? pathname + search : '/';
}
