import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** Runs something as a consequence of an earlier webhook, named by `X-Gitlab-Event-UUID`. */
export function withChain<T>(uuid: string | undefined, run: () => T): T {
  return uuid === undefined ? run() : storage.run(uuid, run);
}

/** The chain that the present request belongs to, where its caller sent that header along. */
export function currentChain(): string | undefined {
  return storage.getStore();
}
