import type { Reply } from '../model.ts';
import { type Body, bearer, type Dialect, list, newId } from './dialect.ts';

/** An error of OpenAI's APIs. */
export function openAiError(status: number, message: string) {
  const code = status === 401 ? 'invalid_api_key' : null;
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}

function message(reply: Reply) {
  if ('say' in reply) return { role: 'assistant', content: reply.say };
  const { name, input } = reply.call;
  const called = { name, arguments: JSON.stringify(input) };
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ index: 0, id: newId('call'), type: 'function', function: called }],
  };
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const finishReason = (reply: Reply) => ('say' in reply ? 'stop' : 'tool_calls');

function completion(body: Body, object: string, more: object) {
  return { id: newId('chatcmpl'), object, created: 1, model: body.model, ...more };
}

/** https://platform.openai.com/docs/api-reference/chat */
export const openAiChat: Dialect = {
  path: '/v1/chat/completions',
  keyOf: bearer,
  error: openAiError,
  read: (body) => ({
    tools: list(body.tools).map((tool) => tool.function.name),
    results: list(body.messages).filter(({ role }) => role === 'tool').length,
    stream: body.stream === true,
  }),
  answer: (reply, body) => {
    const choice = { index: 0, message: message(reply), finish_reason: finishReason(reply) };
    return completion(body, 'chat.completion', { choices: [choice], usage });
  },
  stream: (reply, body) => {
    const chunk = completion(body, 'chat.completion.chunk', {});
    const delta = (value: object, reason: string | null) => ({
      data: { ...chunk, choices: [{ index: 0, delta: value, finish_reason: reason }] },
    });
    return [
      delta(message(reply), null),
      delta({}, finishReason(reply)),
      { data: { ...chunk, choices: [], usage } },
      { data: '[DONE]' },
    ];
  },
};
