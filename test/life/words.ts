import type { Act } from './plan.ts';

/** An act as a person would tell it. */
export function inWords(act: Act): string {
  switch (act.do) {
    case 'ask': {
      const late = act.late > 0 ? `, told ${act.late} ms late` : '';
      return `${act.who} asks ${act.agents.join(' and ')} on ${act.at} in ${threadWords(act.thread)}${late}`;
    }
    case 'assign':
    case 'unassign':
      return `${act.who} ${act.do}s ${act.agent} on ${act.at}`;
    case 'close':
      return `${act.who} closes ${act.at}`;
    case 'command':
      return `${act.who} writes "@${act.agent}-bot ${act.name}" on ${act.at} in ${threadWords(act.thread)}`;
    case 'deliver again':
      return `delivery ${act.which} comes once more`;
    case 'cancel the pipelines':
      return 'somebody cancels all pipelines';
    case 'wait':
      return `${act.ms} ms pass`;
    case 'trouble': {
      const ms = act.ms === undefined ? '' : ` ${act.ms} ms`;
      return `coming: ${act.what}${ms} ${act.when} ${act.operation}, after ${act.after} that go well`;
    }
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

function threadWords(which: number): string {
  return which === 0 ? 'a new thread' : `thread ${which}`;
}
