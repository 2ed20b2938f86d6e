import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectionOf } from '../../src/gitlab/connection.ts';
import { createRepository } from '../../src/gitlab/repository.ts';
import { Secret } from '../../src/lib/secret.ts';

const COMMIT = 'a'.repeat(40);
const HOUR = 3_600_000;

/** A GitLab whose answers to all requests a test says, and our side of it with a clock of its own. */
async function answering() {
  let asked = 0;
  let answer = { status: 200, text: 'image: alpine' };
  let now = 1_000;
  const server = createServer((_request, response) => {
    asked += 1;
    const type = answer.status === 200 ? 'text/plain' : 'application/json';
    response.writeHead(answer.status, { 'content-type': type }).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = connectionOf({ url, token: new Secret('glpat-x') }, { dispatcher, onRequest() {} });
  const { readFile } = createRepository(connection, () => now);
  return {
    /** The text of a file, or how asking for it failed; and how often GitLab was asked since the last time. */
    async read(ref: string, { project = 7, path = 'flow.yml' } = {}) {
      asked = 0;
      const found = await readFile(project, path, ref).then(
        (file) => file?.text,
        (error) => error.kind,
      );
      return [found, asked];
    },
    say: (status: number, text = '{}') => {
      answer = { status, text };
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('a file', () => {
  it('at a commit is asked for once in an hour, each for itself', async () => {
    const { read, pass } = await answering();
    expect(await read(COMMIT)).toEqual(['image: alpine', 1]);
    expect(await read(COMMIT)).toEqual(['image: alpine', 0]);
    expect(await read('b'.repeat(40))).toEqual(['image: alpine', 1]);
    expect(await read(COMMIT, { project: 8 })).toEqual(['image: alpine', 1]);
    expect(await read(COMMIT, { path: 'other.yml' })).toEqual(['image: alpine', 1]);
    pass(HOUR + 1);
    expect(await read(COMMIT)).toEqual(['image: alpine', 1]);
  });

  it('on a branch is asked for each time', async () => {
    const { read } = await answering();
    for (const ref of ['main', 'main', 'a'.repeat(39), 'a'.repeat(39)]) {
      expect(await read(ref)).toEqual(['image: alpine', 1]);
    }
  });

  it.each([
    [404, undefined],
    [403, 'permission'],
    [502, 'transient'],
  ])('is not known where GitLab says %i, nor any more after', async (status, found) => {
    const { read, say, pass } = await answering();
    say(status);
    expect(await read(COMMIT)).toEqual([found, 1]);
    expect(await read(COMMIT)).toEqual([found, 1]);
    say(200, 'image: debian');
    expect(await read(COMMIT)).toEqual(['image: debian', 1]);
    pass(HOUR + 1);
    say(status);
    expect(await read(COMMIT)).toEqual([found, 1]);
    expect(await read(COMMIT)).toEqual([found, 1]);
  });

  it('that would fill the room by itself is not kept', async () => {
    const { read, say } = await answering();
    const text = 'x'.repeat(4_000_001);
    say(200, text);
    expect(await read(COMMIT)).toEqual([text, 1]);
    expect(await read(COMMIT)).toEqual([text, 1]);
  });
});
