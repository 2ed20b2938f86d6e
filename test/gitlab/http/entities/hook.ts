import type { WorldContext } from '../../world/context.ts';
import { alertStatus } from '../../world/hooks.ts';
import { type Delivery, type Hook, hookEvents } from '../../world/records-hook.ts';
import { atLeast } from '../../world/version.ts';

/** A hook as the API shows it: that there is a secret, never the secret. */
export function hookEntity(hook: Hook, { now, version }: Pick<WorldContext, 'now' | 'version'>) {
  return {
    id: hook.id,
    url: hook.url,
    name: hook.name,
    description: hook.description,
    created_at: hook.createdAt.toISOString(),
    ...Object.fromEntries(hookEvents.map((event) => [`${event}_events`, hook.events.has(event)])),
    repository_update_events: false,
    enable_ssl_verification: hook.enableSslVerification,
    alert_status: alertStatus(hook, now()),
    disabled_until: hook.disabledUntil?.toISOString() ?? null,
    url_variables: [],
    push_events_branch_filter: hook.pushEventsBranchFilter,
    branch_filter_strategy: hook.branchFilterStrategy,
    custom_webhook_template: hook.customWebhookTemplate,
    custom_headers: hook.customHeaders.map(({ key }) => ({ key })),
    ...(atLeast(version, 19, 0)
      ? { token_present: hook.token !== null, signing_token_present: hook.signingToken !== null }
      : {}),
    project_id: hook.projectId,
  };
}

export function deliveryEntity(delivery: Delivery) {
  return {
    id: delivery.id,
    url: delivery.url,
    trigger: delivery.trigger,
    request_headers: delivery.requestHeaders,
    request_data: JSON.parse(delivery.requestBody) as unknown,
    response_headers: delivery.responseHeaders,
    response_body: delivery.responseBody,
    execution_duration: delivery.executionDuration,
    response_status: delivery.responseStatus,
  };
}
