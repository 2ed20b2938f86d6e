import { z } from 'zod';
import { Id, text } from './fields.ts';

export const PathAnswer = z
  .object({ id: Id, path_with_namespace: z.string() })
  .transform(({ id, path_with_namespace: path }) => ({ id, path }));

/** Beside these a flag for each event, such as `note_events`. */
export const HookAnswer = z.looseObject({
  id: Id,
  url: z.string(),
  alert_status: z.enum(['executable', 'temporarily_disabled', 'disabled']).nullish(),
  disabled_until: text,
  enable_ssl_verification: z.boolean().nullish(),
  token_present: z.boolean().nullish(),
  signing_token_present: z.boolean().nullish(),
});

const headers = z.record(z.string(), z.string()).nullish();

export const DeliveryAnswer = z.object({
  id: Id,
  url: z.string(),
  request_headers: headers,
  request_data: z.unknown(),
  response_headers: headers,
  response_body: text,
  response_status: text,
  created_at: text,
});
export const DeliveriesAnswer = z.array(DeliveryAnswer);

export const ResentAnswer = z.object({ response_status: z.coerce.string() });
