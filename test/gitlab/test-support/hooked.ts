import type { StartOptions } from '../start.ts';
import type { NewHook } from '../world/hooks.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Setup, setUp } from './setup.ts';

/** An instance with a webhook that leads to a receiver. */
export interface Hooked extends Setup {
  readonly receiver: Receiver;
  readonly hookId: number;
  /** What has come, once all has. */
  readonly came: () => Promise<Receiver['received']>;
}

/** Sets an instance up with a hook for everything but pushes and confidential things, unless told otherwise. */
export async function hooked(hook: Partial<NewHook> = {}, options: StartOptions = {}): Promise<Hooked> {
  const setup = await setUp(options);
  const receiver = await startReceiver();
  const events = ['note', 'issues', 'merge_requests', 'pipeline', 'emoji'] as const;
  const { id } = setup.world.addHook({ project: setup.project, url: receiver.url, events, ...hook });
  const came = async () => {
    await setup.gitlab.webhooksSettled();
    return receiver.received;
  };
  return { ...setup, receiver, hookId: id, came };
}
