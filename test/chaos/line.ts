import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A wire to a server, which can be cut. */
export interface Line {
  readonly port: number;
  /** Breaks all connections and lets no new one through for `ms` milliseconds. */
  cut(ms: number): Promise<void>;
  /** Connections stay open and carry nothing for `ms` milliseconds, then they break. */
  silence(ms: number): Promise<void>;
  close(): void;
}

/** Listens on a free port of loopback and passes on, both ways, whatever comes. */
export async function lineTo(target: NetConnectOpts): Promise<Line> {
  const ends = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const breakAll = (): void => {
    for (const end of ends) end.destroy();
  };
  const keep = (socket: Socket): Socket => {
    ends.add(socket);
    return socket.on('error', () => {}).on('close', () => ends.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (state === 'cut') near.destroy();
    if (state !== 'open') return;
    const far = keep(connect(target));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const during = async (trouble: 'cut' | 'silent', ms: number): Promise<void> => {
    state = trouble;
    if (trouble === 'cut') breakAll();
    else for (const end of ends) end.unpipe().pause();
    await sleep(ms);
    state = 'open';
    breakAll();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: (ms) => during('cut', ms),
    silence: (ms) => during('silent', ms),
    close: () => {
      server.close();
      breakAll();
    },
  };
}
