import type { ObeyObserver } from '../obey.ts';
import type { Outcome, Run } from '../runs/run.ts';
import { runState } from '../runs/state.ts';
import type { Audit, Decision } from './audit.ts';

/** What a refusal is about, by the step; in any other whether the person may. */
const REFUSED_IN: Readonly<Record<string, Decision['event']>> = { turn: 'run.turn', fork: 'fork.approval' };
/** A run that was refused passes these too. */
const ENDING: readonly string[] = ['deliver', 'finish'];

/** The lines of the audit stream for what is decided about runs, and about commands to them. */
export function runAudit(audit: Audit) {
  return {
    queued(run: Run) {
      const { kind } = run.event;
      audit({ ...about(run), event: 'run.queued', decision: 'queued', more: { gitlabEvents: [kind] } });
    },
    stepped(run: Run, step: string) {
      if (ENDING.includes(step)) return;
      if (run.outcome?.kind === 'refused') {
        const event = REFUSED_IN[step] ?? 'run.admission';
        audit({ ...about(run), event, decision: 'refused', reason: run.outcome.error });
      } else if (run.outcome === undefined && step === 'admit') {
        audit({ ...about(run), event: 'run.admission', decision: 'admitted' });
      } else if (run.outcome === undefined && run.fork?.approvedBy !== undefined && step === 'fork') {
        const { approvedBy, commitId } = run.fork;
        audit({
          ...about(run),
          event: 'fork.approval',
          decision: 'approved',
          actor: approvedBy,
          more: { commit: commitId },
        });
      }
    },
    finished(run: Run) {
      const { pipeline, outcome } = run;
      audit({
        ...about(run),
        event: 'run.ended',
        decision: runState(run),
        reason: outcome && reasonOf(outcome),
        more: {
          pipeline: pipeline?.id,
          mergeRequest: outcome?.kind === 'merge_request' ? outcome.iid : undefined,
        },
      });
    },
    commanded(command, { obeyed, reason, runs = [] }) {
      audit({
        event: 'command',
        decision: obeyed ? 'obeyed' : 'refused',
        actor: command.actor.username || undefined,
        project: command.project.path,
        resource: `${command.resource.type}/${command.resource.iid}`,
        agent: command.agent,
        trigger: command.trigger,
        ...(reason === undefined ? {} : { reason }),
        more: { command: command.name, cause: command.cause, runs },
      });
    },
  } satisfies Pick<ObeyObserver, 'commanded'> & Record<string, unknown>;
}

/** Of failures the log has the words, which can be those of the project's job. */
function reasonOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'refused') return outcome.error;
  return outcome.kind === 'cancelled' ? outcome.by && `Stopped by ${outcome.by}.` : undefined;
}

function about({ id, agent, trigger, event, askedBy }: Run): Omit<Decision, 'event' | 'decision'> {
  const { actor, project, resource } = event;
  return {
    actor: actor.username || undefined,
    project: project.path,
    resource: resource && `${resource.type}/${resource.iid}`,
    agent,
    trigger,
    run: id,
    askedBy: askedBy?.account,
  };
}
