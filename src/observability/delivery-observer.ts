import type { Logger } from 'pino';
import type { ReceiveObserver } from '../receive.ts';
import type { Audit } from './audit.ts';
import type { Metrics } from './metrics.ts';

/** A webhook request that was answered with a fault. */
export interface TurnedAway {
  readonly outcome: 'unauthorized' | 'unreadable' | 'too_large' | 'unavailable';
  /** The code in the answer. */
  readonly code: string;
  /** Address of the other end of the connection, which behind a proxy is the proxy's. */
  readonly from: string;
}

/** Hears of webhook requests. */
export interface DeliveryObserver {
  answered(what: {
    readonly event: string | undefined;
    /** GitLab's id of the delivery. */
    readonly delivery: string | undefined;
    readonly outcome: 'accepted' | 'duplicate' | 'ignored';
    readonly reason?: string;
    readonly runs?: readonly string[];
    readonly ms: number;
  }): void;
  turnedAway(what: TurnedAway): void;
}

/** One log line and one metric for each webhook request, one line of the audit stream for what is decided about it. */
export function deliveryObserver({
  log,
  metrics,
  audit,
}: {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly audit: Audit;
}): DeliveryObserver & Pick<ReceiveObserver, 'received'> {
  return {
    answered(what) {
      metrics.deliveries.inc({ outcome: what.outcome });
      log.info(what, 'delivery answered');
    },
    turnedAway({ outcome, code, from }) {
      metrics.deliveries.inc({ outcome });
      log.warn({ outcome, code }, 'delivery refused');
      audit({ event: 'delivery', decision: 'refused', reason: code, more: { by: 'delivery', from } });
    },
    received(received, { events, by }) {
      const [first] = events;
      audit({
        event: 'delivery',
        decision: received.status,
        actor: first?.actor.username || undefined,
        project: first?.project.path,
        resource: first?.resource && `${first.resource.type}/${first.resource.iid}`,
        // Not why triggers matched: that names labels.
        ...(received.status === 'ignored' ? { reason: received.reason } : {}),
        more: {
          by,
          gitlabEvents: events.map(({ kind }) => kind),
          triggers: received.verdicts.filter(({ matched }) => matched).map(({ trigger }) => trigger),
          runs: received.status === 'accepted' ? received.runs.map(({ id }) => id) : [],
        },
      });
    },
  };
}
