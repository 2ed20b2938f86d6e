import { Groups, Metadata, ProjectHooks, Projects } from '@gitbeaker/rest';
import { z } from 'zod';
import {
  DELIVERIES_PER_PAGE,
  type Hook,
  type HookDelivery,
  type HookSettings,
  type Webhooks,
} from '../hooks/ports.ts';
import { hideSecrets } from '../lib/secret.ts';
import { oneLine } from '../lib/text.ts';
import { orUndefined, readAnswer } from './answer.ts';
import { connectionOf, type Login, type ResourceConnection, type Wire } from './connection.ts';
import {
  DeliveriesAnswer,
  type DeliveryAnswer,
  HookAnswer,
  PathAnswer,
  ResentAnswer,
} from './hook-responses.ts';
import { MetadataAnswer } from './responses.ts';

/** Characters of an answer that are kept. */
const MAX_ANSWER = 500;

/** Connects to GitLab as whoever looks after the webhooks of projects. */
export function createWebhooks(login: Login, wire: Wire): Webhooks {
  const connection = connectionOf(login, wire);
  return { ...createPlaces(connection), ...createSettings(connection), ...createDeliveries(connection) };
}

function createPlaces(
  connection: ResourceConnection,
): Pick<Webhooks, 'version' | 'project' | 'maintained' | 'below'> {
  const metadata = new Metadata(connection);
  const projects = new Projects(connection);
  const groups = new Groups(connection);
  const order = { orderBy: 'id', sort: 'asc', perPage: 100 } as const;
  return {
    async version() {
      return readAnswer(MetadataAnswer, await metadata.show()).version;
    },
    async project(path) {
      const answer = await orUndefined(projects.show(path));
      return answer === undefined ? undefined : readAnswer(PathAnswer, answer);
    },
    async maintained(page) {
      const answer = await projects.all<false, 'offset'>({
        minAccessLevel: 40,
        archived: false,
        simple: true,
        page,
        ...order,
      });
      return readAnswer(z.array(PathAnswer), answer);
    },
    async below(group, page) {
      const asked = groups.allProjects(group, {
        includeSubgroups: true,
        withShared: false,
        archived: false,
        simple: true,
        page,
        ...order,
      });
      const answer = await orUndefined(asked);
      return answer === undefined ? undefined : readAnswer(z.array(PathAnswer), answer);
    },
  };
}

function createSettings(
  connection: ResourceConnection,
): Pick<Webhooks, 'hooks' | 'hook' | 'create' | 'update' | 'remove'> {
  const hooks = new ProjectHooks(connection);
  return {
    async hooks(projectId) {
      // GitLab has 100 hooks at most in a project.
      const answer = await hooks.all(projectId, { perPage: 100, page: 1 });
      return readAnswer(z.array(HookAnswer), answer).map(hookOf);
    },
    async hook(projectId, hookId) {
      const answer = await orUndefined(hooks.show(projectId, hookId));
      return answer === undefined ? undefined : hookOf(readAnswer(HookAnswer, answer));
    },
    async create(projectId, settings) {
      const answer = await hooks.add(projectId, settings.url, optionsOf(settings));
      return hookOf(readAnswer(HookAnswer, answer));
    },
    async update(projectId, hookId, settings) {
      const answer = await hooks.edit(projectId, hookId, settings.url, optionsOf(settings));
      return hookOf(readAnswer(HookAnswer, answer));
    },
    async remove(projectId, hookId) {
      await orUndefined(hooks.remove(projectId, hookId));
    },
  };
}

/** gitbeaker has none of these endpoints, so they go to its requester. */
function createDeliveries(connection: ResourceConnection): Pick<Webhooks, 'deliveries' | 'resend' | 'test'> {
  const { requester } = new ProjectHooks(connection);
  return {
    async deliveries(projectId, hookId, { page, outcomes }) {
      const { body } = await requester.get(`${projectId}/hooks/${hookId}/events`, {
        searchParams: {
          page,
          perPage: DELIVERIES_PER_PAGE,
          ...(outcomes === undefined ? {} : { status: outcomes.join(',') }),
        },
      });
      return readAnswer(DeliveriesAnswer, body).map(deliveryOf);
    },
    async resend(projectId, hookId, deliveryId) {
      const { body } = await requester.post(`${projectId}/hooks/${hookId}/events/${deliveryId}/resend`);
      return readAnswer(ResentAnswer, body).response_status;
    },
    async test(projectId, hookId, event) {
      await requester.post(`${projectId}/hooks/${hookId}/test/${event}_events`);
    },
  };
}

function optionsOf({
  events,
  token,
  signingToken,
}: HookSettings): Readonly<Record<string, boolean | string>> {
  return {
    ...Object.fromEntries([...events].map(([event, isOn]) => [`${event}_events`, isOn])),
    enableSslVerification: true,
    ...(token === undefined ? {} : { token: token.reveal() }),
    ...(signingToken === undefined ? {} : { signingToken: signingToken.reveal() }),
  };
}

function hookOf(answer: z.output<typeof HookAnswer>): Hook {
  const flags = Object.entries(answer).filter(([name, value]) => name.endsWith('_events') && value === true);
  return {
    id: answer.id,
    url: answer.url,
    events: new Set(flags.map(([name]) => name.replace(/_events$/, ''))),
    state: answer.alert_status ?? 'executable',
    disabledUntil: answer.disabled_until,
    verifiesTls: answer.enable_ssl_verification !== false,
    hasToken: answer.token_present ?? undefined,
    hasSigningToken: answer.signing_token_present ?? undefined,
  };
}

function deliveryOf(answer: z.output<typeof DeliveryAnswer>): HookDelivery {
  const headers = answer.request_headers ?? {};
  return {
    id: answer.id,
    url: answer.url,
    key: headers['Idempotency-Key'] ?? `delivery ${answer.id}`,
    event: headers['X-Gitlab-Event'],
    payload: answer.request_data,
    status: answer.response_status ?? '',
    answer: oneLine(hideSecrets(answer.response_body ?? ''), MAX_ANSWER),
    at: timeOf(answer),
  };
}

/** GitLab tells the time of a delivery only of late; before, the headers of 19.0 and the answer's own do. */
function timeOf({ created_at, request_headers, response_headers }: z.output<typeof DeliveryAnswer>) {
  const seconds = request_headers?.['webhook-timestamp'];
  const answered = response_headers?.Date ?? response_headers?.date;
  const time = seconds !== undefined ? Number(seconds) * 1000 : Date.parse(created_at ?? answered ?? '');
  return Number.isNaN(time) ? undefined : time;
}
