import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../gitlab/world/records-hook.ts';
import type { Request } from './people.ts';
import type { ChaosScene } from './scene.ts';

/** Milliseconds after which a delivery that nobody took is sent again. */
const AGAIN_MS = 1_000;

/**
 * Reads how the program answered each delivery. One that it refused, or that did not reach it, is sent again as
 * GitLab does at somebody's request, until one that tells of the same was taken; from then on losing it is a fault.
 * Only requests that are to be repeated are delivered again after that.
 */
export function watchDeliveries(
  { gitlab: { world, url }, adminToken }: ChaosScene,
  { requests, onTaken }: { requests: () => readonly Request[]; onTaken: () => void },
) {
  const sending = new Set<Promise<void>>();
  const repeated = new Set<Request>();
  let seen = 0;
  let refused = 0;
  let resent = 0;
  let over = false;

  async function resend(
    { id, hookId }: Pick<Delivery, 'id' | 'hookId'>,
    isStillNeeded: () => boolean,
  ): Promise<void> {
    await sleep(AGAIN_MS);
    if (over || !isStillNeeded()) return;
    resent += 1;
    const projectId = world.state.hooks.get(hookId)?.projectId;
    const address = `${url}/api/v4/projects/${projectId}/hooks/${hookId}/events/${id}/resend`;
    const headers = { 'PRIVATE-TOKEN': adminToken };
    const answer = await fetch(address, { method: 'POST', headers }).catch(() => undefined);
    // Where GitLab itself is in trouble nothing was sent, and nothing will be read that asks for another time.
    if (answer === undefined || answer.status >= 500 || answer.status === 429) {
      await resend({ id, hookId }, isStillNeeded);
    }
  }
  const send = (delivery: Delivery, isStillNeeded: () => boolean): void => {
    const work = resend(delivery, isStillNeeded).finally(() => sending.delete(work));
    sending.add(work);
  };

  function read(delivery: Delivery): void {
    const payload = JSON.parse(delivery.requestBody);
    const request = requests().find((one) => one.isToldBy(payload));
    if (request === undefined) return;
    if (delivery.responseStatus !== '202') {
      refused += 1;
      send(delivery, () => request.runs.size === 0);
      return;
    }
    onTaken();
    for (const { id } of JSON.parse(delivery.responseBody).runs) request.runs.add(id);
    if (!request.repeated || repeated.has(request)) return;
    repeated.add(request);
    send(delivery, () => true);
  }

  const timer = setInterval(() => {
    for (const delivery of newest(world.state.deliveries, seen)) {
      seen = delivery.id;
      read(delivery);
    }
  }, 10);

  return {
    counts: () => ({ refused, resent }),
    async close() {
      over = true;
      clearInterval(timer);
      await Promise.all(sending);
    },
  };
}

/** The deliveries after one, oldest first. */
function newest(deliveries: ReadonlyMap<number, Delivery>, after: number): readonly Delivery[] {
  if (after === 0) return [...deliveries.values()];
  const found: Delivery[] = [];
  for (let id = after + 1; ; id += 1) {
    const delivery = deliveries.get(id);
    if (delivery === undefined) return found;
    found.push(delivery);
  }
}
