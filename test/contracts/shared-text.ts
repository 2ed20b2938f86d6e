import { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/queue/backend.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import type { SharedText } from '../../src/queue/shared-text.ts';
import type { Home } from './run-queue.ts';

const MEGABYTE = 1_000_000;

/** What a text that processes share must do on every home; each of two ways to it stands for a process. */
export function describeSharedText(name: string, home: Home): void {
  describe(`a shared text on ${name}`, () => {
    const sockets = new Set<Socket>();
    const { connect } = Socket.prototype;
    let backend: Backend;
    let ours: SharedText;
    let others: SharedText;

    beforeAll(async () => {
      Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
        sockets.add(this);
        return Reflect.apply(connect, this, args);
      };
      backend = await openBackend(await home.open());
      ours = backend.text('turns');
      others = backend.text('turns');
    }, 60_000);
    afterAll(async () => {
      Socket.prototype.connect = connect;
      await backend?.close();
      await home.close();
    }, 60_000);

    async function read(text: SharedText): Promise<string | undefined> {
      let found: string | undefined;
      await text.update((now) => {
        found = now;
        return now ?? '';
      });
      return found;
    }

    function bytesRead(): number {
      return [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
    }

    test('begins as none', async () => {
      expect(await read(ours)).toBeUndefined();
    });

    test('is what was written last, whoever wrote it, also where it was the same before', async () => {
      for (const text of ['one', 'two', 'one', '', 'one 😀']) {
        await others.update(() => text);
        expect(await read(ours)).toBe(text);
        expect(await read(ours)).toBe(text);
      }
    });

    test('loses no change of many at once', async () => {
      await ours.update(() => '0');
      const changes = Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? ours : others).update((now) => String(Number(now) + 1)),
      );
      await Promise.all(changes);
      expect([await read(ours), await read(others)]).toEqual(['40', '40']);
    });

    test('is fetched only where it is not known', async () => {
      const long = 'x'.repeat(MEGABYTE);
      await ours.update(() => long);
      const before = bytesRead();
      for (let count = 0; count < 5; count += 1) await ours.update((now) => `${now}${count}`);
      expect(bytesRead() - before).toBeLessThan(MEGABYTE / 2);
      expect(await read(others)).toBe(`${long}01234`);
      expect(bytesRead() - before).toBeGreaterThan(MEGABYTE);
    });

    test('stays where a change fails', async () => {
      await ours.update(() => 'kept');
      const failed = ours.update(() => {
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await read(ours)).toBe('kept');
    });
  });
}
