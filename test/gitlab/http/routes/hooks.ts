import { STATUS_CODES } from 'node:http';
import { addHook, deleteHook, updateHook } from '../../world/hooks.ts';
import { levels } from '../../world/levels.ts';
import { type Hook, hookEvents } from '../../world/records-hook.ts';
import { notFound, Refusal } from '../../world/refusal.ts';
import { atLeast } from '../../world/version.ts';
import { type Call, created, type Endpoint, empty, ok, page } from '../call.ts';
import { deliveryEntity, hookEntity } from '../entities/hook.ts';
import { flag, given, InvalidParameter, integer, list, requiredText, text } from '../input.ts';
import { projectFor, projectToChange, userOf } from '../lookup.ts';

/** Deliveries can be listed for seven days. */
const keptMs = 7 * 24 * 3600 * 1000;
const item = '/projects/:id/hooks/:hook_id';

/** Project webhooks, for Maintainers. */
export const hookRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/hooks',
    run: (call) => {
      const project = projectFor(call, levels.maintainer);
      const hooks = [...call.context.state.hooks.values()].filter((hook) => hook.projectId === project.id);
      return page(hooks, (hook) => hookEntity(hook, call.context));
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/hooks',
    run: (call) => {
      const project = projectToChange(call, levels.maintainer);
      const url = checkedUrl(requiredText(call, 'url'), call);
      const events = hookEvents.filter((event) => flag(call, `${event}_events`) ?? event === 'push');
      const hook = addHook({ project, url, events, ...settings(call) }, call.context);
      return created(hookEntity(hook, call.context));
    },
  },
  { method: 'GET', path: item, run: (call) => ok(hookEntity(hookOf(call), call.context)) },
  {
    method: 'PUT',
    path: item,
    run: (call) => {
      projectToChange(call, levels.maintainer);
      const before = hookOf(call);
      const url = text(call, 'url') === undefined ? before.url : checkedUrl(requiredText(call, 'url'), call);
      const events = new Set(
        hookEvents.filter((event) => flag(call, `${event}_events`) ?? before.events.has(event)),
      );
      // A new address must not get the old one's secret.
      const token = url === before.url ? {} : { token: null };
      const hook = updateHook({ hook: before, url, events, ...token, ...settings(call) }, call.context);
      return ok(hookEntity(hook, call.context));
    },
  },
  {
    method: 'DELETE',
    path: item,
    run: (call) => {
      projectToChange(call, levels.maintainer);
      deleteHook(hookOf(call), call.context);
      return empty;
    },
  },
  {
    method: 'GET',
    path: `${item}/events`,
    run: (call) => {
      const hook = hookOf(call);
      const wanted = list(call, 'status');
      if (wanted?.some((status) => !isStatus(status)))
        throw new InvalidParameter('status does not have a valid value');
      if ((integer(call, 'per_page') ?? 1) > 20)
        throw new InvalidParameter('per_page does not have a valid value');
      const oldest = call.context.now().getTime() - keptMs;
      const found = [...call.context.state.deliveries.values()]
        .filter(({ hookId, createdAt }) => hookId === hook.id && createdAt.getTime() >= oldest)
        .filter(
          (delivery) =>
            wanted === undefined || wanted.some((status) => hasStatus(delivery.responseStatus, status)),
        )
        .reverse();
      return page(found, deliveryEntity);
    },
  },
  {
    method: 'POST',
    path: `${item}/events/:hook_log_id/resend`,
    run: async (call) => {
      const hook = hookOf(call);
      call.countUse('hookResends', hook.projectId);
      const delivery = call.context.state.deliveries.get(Number(call.params.hook_log_id));
      if (delivery === undefined || delivery.hookId !== hook.id) throw notFound();
      const outcome = await call.webhooks.resend(delivery.id);
      if ('refusal' in outcome) throw new Refusal('unprocessable', outcome.refusal);
      if (outcome.status === 'internal error') throw new Refusal('unprocessable', outcome.body);
      return created({ response_status: Number(outcome.status) });
    },
  },
  {
    method: 'POST',
    path: `${item}/test/:trigger`,
    run: async (call) => {
      const hook = hookOf(call);
      call.countUse('hookTests', hook.projectId);
      const outcome = await call.webhooks.test(hook.id, call.params.trigger ?? '', userOf(call).id);
      if ('refusal' in outcome) throw new Refusal('unprocessable', outcome.refusal);
      // A redirect counts as a success for the hook, and not here.
      if (!outcome.status.startsWith('2')) throw new Refusal('unprocessable', outcome.body);
      return created({ message: '201 Created' });
    },
  },
];

function hookOf(call: Call): Hook {
  const project = projectFor(call, levels.maintainer);
  const hook = call.context.state.hooks.get(Number(call.params.hook_id));
  if (hook === undefined || hook.projectId !== project.id) throw notFound();
  return hook;
}

function settings(call: Call) {
  const signingToken = text(call, 'signing_token');
  if (
    signingToken !== undefined &&
    atLeast(call.context.version, 19, 0) &&
    !/^whsec_[A-Za-z0-9+/]{43}=$/.test(signingToken)
  )
    throw new Refusal('unprocessable', { signing_token: ['must be whsec_ and 32 bytes in base64'] });
  const headers = call.input.custom_headers;
  return given({
    name: text(call, 'name'),
    description: text(call, 'description'),
    token: text(call, 'token'),
    // Older versions do not know the parameter and drop it.
    signingToken: atLeast(call.context.version, 19, 0) ? signingToken : undefined,
    enableSslVerification: flag(call, 'enable_ssl_verification'),
    pushEventsBranchFilter: text(call, 'push_events_branch_filter'),
    branchFilterStrategy: text(call, 'branch_filter_strategy'),
    customWebhookTemplate: text(call, 'custom_webhook_template'),
    customHeaders: Array.isArray(headers) ? (headers as Hook['customHeaders']) : undefined,
  });
}

function checkedUrl(url: string, call: Call): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Refusal('unprocessable', 'Invalid url given');
  const { hostname } = new URL(url);
  const local =
    hostname === 'localhost' || hostname === '[::1]' || /^(127\.|10\.|192\.168\.|169\.254\.)/.test(hostname);
  if (call.refuseLocalHooks && local)
    throw new Refusal('unprocessable', 'Url is blocked: Requests to the local network are not allowed');
  return url;
}

/** Values of the events filter that GitLab takes: names of kinds, and the codes that HTTP has. */
function isStatus(text: string): boolean {
  return ['successful', 'client_failure', 'server_failure'].includes(text) || text in STATUS_CODES;
}

/** `status` of the events filter: a number, or `successful`, `client_failure`, `server_failure`. */
function hasStatus(status: string, wanted: string): boolean {
  if (wanted === 'successful') return /^2/.test(status);
  if (wanted === 'client_failure') return /^4/.test(status);
  if (wanted === 'server_failure') return /^5/.test(status) || status === 'internal error';
  return status === wanted;
}
