import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from './model.ts';
import { type StandInLlm, startLlm } from './start.ts';

const KEY = 'sk-1';
const script: readonly Step[] = [{ write: { path: "it's.txt", content: "it's\n" } }, { say: 'Done.' }];

let llm: StandInLlm;
beforeEach(async () => {
  llm = await startLlm({ key: KEY, script });
});
afterEach(() => llm.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** How each API is asked, with and without a call that has been answered, and where its answers have what. */
const APIS = [
  {
    name: 'Anthropic Messages',
    path: '/v1/messages',
    auth: (key: string) => ({ 'x-api-key': key }),
    begin: { model: 'm', messages: [{ role: 'user', content: 'hi' }], tools: [{ name: 'Write' }] },
    goOn: { messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] },
    called: /"tool_use".*"name":"Write".*it's\.txt/s,
    ended: 'message_stop',
  },
  {
    name: 'OpenAI Responses',
    path: '/v1/responses',
    auth: bearer,
    begin: { model: 'm', input: [], tools: [{ type: 'function', name: 'exec_command' }] },
    goOn: { input: [{ type: 'function_call_output' }] },
    called: /"function_call".*"name":"exec_command".*printf %s .*s\.txt/s,
    ended: 'response.completed',
  },
  {
    name: 'OpenAI Chat Completions',
    path: '/v1/chat/completions',
    auth: bearer,
    begin: { model: 'm', messages: [], tools: [{ type: 'function', function: { name: 'write' } }] },
    goOn: { messages: [{ role: 'tool' }] },
    called: /"tool_calls".*"name":"write".*it's\.txt/s,
    ended: '[DONE]',
  },
  {
    name: 'Gemini',
    path: '/v1beta/models/gemini-x:generateContent',
    auth: (key: string) => ({ 'x-goog-api-key': key }),
    begin: { contents: [], tools: [{ functionDeclarations: [{ name: 'write_file' }] }] },
    goOn: { contents: [{ role: 'user', parts: [{ functionResponse: {} }] }] },
    called: /"functionCall".*"name":"write_file".*it's\.txt/s,
    ended: 'STOP',
  },
];

describe.each(APIS)('$name', ({ path, auth, begin, goOn, called, ended }) => {
  async function ask(body: object, { key = KEY, stream = false } = {}) {
    const streaming = path.replace(':generate', ':streamGenerate');
    const response = await fetch(`${llm.url}${stream ? streaming : path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...auth(key) },
      body: JSON.stringify({ ...body, stream }),
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    };
  }

  it.each([false, true])('acts, then speaks; as a stream: %s', async (stream) => {
    const first = await ask(begin, { stream });
    expect(first.status).toBe(200);
    expect(first.text).toMatch(called);
    const second = await ask({ ...begin, ...goOn }, { stream });
    expect(second.text).toContain('"Done."');
    if (!stream) return expect(() => JSON.parse(second.text)).not.toThrow();
    expect(second.type).toBe('text/event-stream');
    expect(second.text.trimEnd().split('\n\n').at(-1)).toContain(ended);
  });

  it('refuses another key and keeps the request', async () => {
    expect(await ask(begin, { key: 'sk-2' })).toMatchObject({ status: 401 });
    expect(llm.requests).toMatchObject([{ key: 'sk-2', body: begin }]);
  });

  it('says when it knows no tool to act with', async () => {
    const { status, text } = await ask(
      JSON.parse(JSON.stringify(begin).replace(/"name":"\w+"/, '"name":"odd"')),
    );
    expect([status, text]).toEqual([400, expect.stringContaining('odd')]);
  });
});

it('survives a client that goes away', async () => {
  const { port } = new URL(llm.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
  await new Promise((resolve) => socket.write('"a"', resolve));
  socket.resetAndDestroy();
  expect((await fetch(`${llm.url}/`)).status).toBe(200);
});
