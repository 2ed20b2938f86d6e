import type { Act } from './plan.ts';
import type { Trouble } from './trouble.ts';

/** An act as a person would tell it. */
export function inWords(act: Act): string {
  switch (act.do) {
    case 'ask': {
      const regret = act.regret === undefined ? '' : `, and says stop after ${act.regret} ms`;
      const late = act.late > 0 ? `, told ${act.late} ms late` : '';
      return `${act.who} asks ${act.agents.join(' and ')} on ${act.at} in ${threadWords(act.thread)}${late}${regret}`;
    }
    case 'assign':
    case 'unassign':
      return `${act.who} ${act.do}s ${act.agent} on ${act.at}`;
    case 'close':
      return `${act.who} closes ${act.at}`;
    case 'command':
      return `${act.who} writes "@${act.agent}-bot ${act.name}" on ${act.at} in ${threadWords(act.thread)}`;
    case 'deliver again':
      return `the last delivery${act.which === 0 ? '' : ` but ${act.which}`} comes once more`;
    case 'cancel the pipelines':
      return 'somebody cancels all pipelines';
    case 'wait':
      return `${act.ms} ms pass`;
    case 'trouble':
      return troubleWords(act);
    case 'a worker dies':
    case 'a worker is restarted':
      return `${act.do}: ${act.which}`;
    case 'a worker freezes':
      return `worker ${act.which} freezes for ${act.ms} ms`;
    case 'the queue is away':
    case 'GitLab is away':
      return `${act.do} for ${act.ms} ms`;
    default:
      return act satisfies never;
  }
}

const TROUBLES: Readonly<Record<Trouble['what'], string>> = {
  lost: 'no answer comes',
  '502': 'GitLab says 502',
  '429': 'GitLab says 429',
  refused: 'GitLab says no for good',
  dies: 'the worker dies',
  freezes: 'the worker freezes',
};

function troubleWords({ operation, after, what, when, ms, then }: Trouble): string {
  const which = after === 0 ? 'next' : `next but ${after}`;
  return `${when} the ${which} ${operation} ${TROUBLES[what]}${ms === undefined ? '' : ` for ${ms} ms`}${then === undefined ? '' : `, and GitLab says no for good to the next ${then}`}`;
}

function threadWords(which: number): string {
  return which === 0 ? 'a new thread' : `thread ${which}`;
}
