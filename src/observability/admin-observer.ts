import type { AdminObserver } from '../admin/runs.ts';
import type { Audit } from './audit.ts';

/** Hears who comes to the dashboard. */
export interface SessionObserver {
  /** `from`: address of the other end of the connection, or what a trusted proxy says it is. */
  signedIn(what: {
    readonly isLetIn: boolean;
    readonly who: string | undefined;
    readonly from: string;
  }): void;
}

/** The lines of the audit stream for what is done through the API and the dashboard. */
export function adminAudit(audit: Audit): SessionObserver & Pick<AdminObserver, 'administered'> {
  return {
    signedIn({ isLetIn, who, from }) {
      audit({ event: 'session', decision: isLetIn ? 'signed in' : 'refused', actor: who, more: { from } });
    },
    administered({ command, about: { event, agent, trigger }, by, runs, reason }) {
      audit({
        event: 'command',
        decision: runs.length > 0 ? 'obeyed' : 'refused',
        actor: by,
        project: event.project.path,
        resource: event.resource && `${event.resource.type}/${event.resource.iid}`,
        agent,
        trigger,
        reason,
        more: { command, runs },
      });
    },
  };
}
