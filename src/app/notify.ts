import { openTransport } from '../gitlab/transport.ts';
import { createDeliver } from '../notify/deliver.ts';
import type { DeliverNotice } from '../notify/notice.ts';
import { createPost } from '../notify/post.ts';
import { createTelling } from '../notify/tell.ts';
import { createNotifyObserver } from '../observability/notify-observer.ts';
import { createNoticeQueue } from '../queue/notices.ts';
import type { Perform } from '../runs/queue-ports.ts';
import type { Base } from './base.ts';

/** What tells those outside of runs, by one config. */
export interface Notify {
  /** The same, with a notice for each state that somebody wants to know of. */
  telling(perform: Perform): Perform;
  readonly onNotice: DeliverNotice;
  close(): Promise<void>;
}

/** Has connections of its own: `gitlab.caFile` replaces the public authorities, and chats have certificates of those. */
export async function openNotify(base: Base): Promise<Notify> {
  const { config, backend, clock } = base;
  const { publicUrl } = config.server;
  const receivers = config.notify;
  const dispatcher = await openTransport({ caFile: undefined });
  const notices = createNoticeQueue(backend);
  return {
    telling: (perform) => createTelling({ perform, receivers, notices, clock }),
    onNotice: createDeliver({
      receivers,
      post: createPost(dispatcher),
      places: config.queue.concurrency,
      page: (id) => (publicUrl === undefined ? undefined : `${publicUrl}/runs/${id}`),
      observer: createNotifyObserver(base),
      clock,
    }),
    close: () => dispatcher.destroy(),
  };
}
