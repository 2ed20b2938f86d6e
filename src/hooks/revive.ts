import { Failure } from '../runs/failures.ts';
import { HOOK_EVENTS, type Hook, type HookEvent, type Webhooks } from './ports.ts';

/** What came of test deliveries. */
export type Tested =
  | { readonly kind: 'arrived'; readonly event: HookEvent }
  /** `reason`: GitLab's words for each of them. */
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Sends a test delivery, which switches a hook on again when it arrives. GitLab refuses to test an event of which the
 * project has none, and does not say it in words to rely on; so the hook's own events are tried in turn, 5 at most,
 * which is what GitLab allows in a minute.
 */
export async function testHook(
  gitlab: Pick<Webhooks, 'test'>,
  projectId: number,
  { id, events }: Pick<Hook, 'id' | 'events'>,
): Promise<Tested> {
  const reasons: string[] = [];
  for (const event of HOOK_EVENTS.filter((name) => events.has(name)).slice(0, 5)) {
    try {
      await gitlab.test(projectId, id, event);
      return { kind: 'arrived', event };
    } catch (error) {
      if (!(error instanceof Failure && (error.kind === 'refused' || error.kind === 'rate_limit')))
        throw error;
      reasons.push(`${event}_events: ${error.detail.replace(/\.$/, '')}`);
      if (error.kind === 'rate_limit') break;
    }
  }
  const none = 'it has none of the events that Beckon reads';
  return { kind: 'failed', reason: reasons.length === 0 ? none : reasons.join('; ') };
}
