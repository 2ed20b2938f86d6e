import type { Reply } from '../model.ts';
import { type Body, bearer, type Dialect, list, newId } from './dialect.ts';

/** The text or the call as a block of content. */
function block(reply: Reply) {
  return 'say' in reply
    ? { type: 'text', text: reply.say }
    : { type: 'tool_use', id: newId('toolu'), name: reply.call.name, input: reply.call.input };
}

function message(body: Body, more: object) {
  return {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 1 },
    ...more,
  };
}

const stopReason = (reply: Reply) => ('say' in reply ? 'end_turn' : 'tool_use');

/** https://platform.claude.com/docs/en/api/messages */
export const anthropicMessages: Dialect = {
  path: '/v1/messages',
  keyOf: (headers) => headers['x-api-key']?.toString() ?? bearer(headers),
  error: (status, text) => ({
    type: 'error',
    error: { type: status === 401 ? 'authentication_error' : 'invalid_request_error', message: text },
  }),
  read: (body) => ({
    tools: list(body.tools).map(({ name }) => name),
    results: list(body.messages)
      .flatMap(({ content }) => list(content))
      .filter(({ type }) => type === 'tool_result').length,
    stream: body.stream === true,
  }),
  answer: (reply, body) => message(body, { content: [block(reply)], stop_reason: stopReason(reply) }),
  stream: (reply, body) => {
    const whole = block(reply);
    const begun = 'say' in reply ? { type: 'text', text: '' } : { ...whole, input: {} };
    const delta =
      'say' in reply
        ? { type: 'text_delta', text: reply.say }
        : { type: 'input_json_delta', partial_json: JSON.stringify(reply.call.input) };
    const events = [
      { type: 'message_start', message: message(body, {}) },
      { type: 'content_block_start', index: 0, content_block: begun },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: stopReason(reply), stop_sequence: null },
        usage: { output_tokens: 5 },
      },
      { type: 'message_stop' },
    ];
    return events.map((data) => ({ event: data.type, data }));
  },
};
