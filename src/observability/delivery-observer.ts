import { aboutOf, type Deliveries, decisionOf } from '../admin/deliveries.ts';
import { subjectOfEvent } from '../events/subject.ts';
import type { ReceiveObserver } from '../receive.ts';
import type { Audit } from './audit.ts';

/** Hears of webhook requests that were answered with a fault. */
export interface DeliveryObserver {
  /** `from`: address of the other end of the connection, which behind a proxy is the proxy's. */
  turnedAway(what: { readonly code: string; readonly from: string }): void;
}

/** One line of the audit stream for what is decided about each delivery. */
export function deliveryAudit(audit: Audit): DeliveryObserver & Pick<ReceiveObserver, 'received'> {
  return {
    turnedAway({ code, from }) {
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

/** Has what was caught up with in the list of deliveries as well, once for each decision. */
export function listed<T extends ReceiveObserver>(observer: T, deliveries: Pick<Deliveries, 'add'>): T {
  return {
    ...observer,
    received(received, about) {
      observer.received(received, about);
      const [first] = about.events;
      if (first === undefined) return;
      const subject = subjectOfEvent(first);
      deliveries.add({ ...aboutOf(subject), ...decisionOf(received, subject), by: about.by });
    },
  };
}
