import type { Delivery } from '../../src/events/delivery.ts';
import type { World } from './gitlab.ts';
import type { Home } from './home.ts';
import { createPeople } from './people.ts';
import type { Act } from './plan.ts';
import type { createService } from './service.ts';
import type { virtualTime } from './time.ts';
import type { Troubles } from './trouble.ts';

interface Stage {
  readonly home: Home;
  readonly world: World;
  readonly service: ReturnType<typeof createService>;
  readonly time: ReturnType<typeof virtualTime>;
  readonly troubles: Troubles;
}

/** Does what a plan says; gives the number of comments that asked for something once more. */
export function createActing({ home, world, service, time, troubles }: Stage) {
  const people = createPeople(world);
  const deliveries: Delivery[] = [];
  let retries = 0;

  function deliver(delivery: Delivery, late = 0): void {
    deliveries.push(delivery);
    setTimeout(() => void service.receive(delivery), late);
  }

  function regret({ who, agents, at, regret: after }: Extract<Act, { do: 'ask' }>): void {
    if (after === undefined) return;
    setTimeout(() => {
      for (const agent of agents) deliver(people.command(who, agent, at, 'stop', 0));
    }, after);
  }

  async function act(one: Act): Promise<void> {
    switch (one.do) {
      case 'ask':
        deliver(people.ask(one.who, one.agents, one.at, one.thread), one.late);
        return regret(one);
      case 'assign':
        return deliver(people.assign(one.who, one.agent, one.at));
      case 'unassign':
        return deliver(people.unassign(one.who, one.agent, one.at));
      case 'close':
        return deliver(people.close(one.who, one.at));
      case 'command':
        if (one.name === 'retry') retries += 1;
        return deliver(people.command(one.who, one.agent, one.at, one.name, one.thread));
      case 'deliver again': {
        const old = deliveries.at(-1 - one.which);
        if (old !== undefined) void service.receive(old);
        return;
      }
      case 'cancel the pipelines':
        return world.cancelAll();
      case 'wait':
        return time.pass(one.ms);
      case 'trouble':
        return troubles.add(one);
      case 'a worker dies':
        return service.kill(one.which);
      case 'a worker is restarted':
        return service.restart(one.which);
      case 'a worker freezes':
        return service.freeze(one.which, one.ms);
      case 'the queue is away':
        return home.goAway(one.ms);
      case 'GitLab is away':
        return world.goAway(one.ms);
      default:
        return one satisfies never;
    }
  }

  return { act, people, retries: () => retries };
}
