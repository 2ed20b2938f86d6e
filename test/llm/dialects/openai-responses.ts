import type { Reply } from '../model.ts';
import { type Body, bearer, type Dialect, list, newId } from './dialect.ts';
import { openAiError } from './openai-chat.ts';

function item(reply: Reply) {
  if ('say' in reply)
    return {
      type: 'message',
      id: newId('msg'),
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: reply.say, annotations: [] }],
    };
  const { name, input } = reply.call;
  const call = { id: newId('fc'), call_id: newId('call'), name, status: 'completed' };
  return typeof input === 'string'
    ? { type: 'custom_tool_call', ...call, input }
    : { type: 'function_call', ...call, arguments: JSON.stringify(input) };
}

/** The tools of a request. Codex hands those of its newest models over in an item, in groups. */
function toolNames(tools: readonly Body[]): readonly string[] {
  return tools.flatMap((tool) => [
    ...(tool.name === undefined ? [] : [tool.name]),
    ...toolNames(list(tool.tools)),
  ]);
}

function response(body: Body, more: object) {
  return {
    id: newId('resp'),
    object: 'response',
    created_at: 1,
    model: body.model,
    status: 'in_progress',
    output: [],
    usage: null,
    ...more,
  };
}

function completed(body: Body, output: ReturnType<typeof item>) {
  const usage = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 15,
  };
  return response(body, { status: 'completed', output: [output], usage });
}

/** The events that bring one item. */
function itemEvents(whole: ReturnType<typeof item>) {
  const place = { item_id: whole.id, output_index: 0 };
  if ('input' in whole)
    return [
      { type: 'response.output_item.added', output_index: 0, item: { ...whole, input: '' } },
      { type: 'response.custom_tool_call_input.delta', ...place, delta: whole.input },
      { type: 'response.custom_tool_call_input.done', ...place, input: whole.input },
    ];
  if ('arguments' in whole)
    return [
      { type: 'response.output_item.added', output_index: 0, item: { ...whole, arguments: '' } },
      { type: 'response.function_call_arguments.delta', ...place, delta: whole.arguments },
      { type: 'response.function_call_arguments.done', ...place, arguments: whole.arguments },
    ];
  const [part] = whole.content;
  const text = { ...place, content_index: 0 };
  return [
    { type: 'response.output_item.added', output_index: 0, item: { ...whole, content: [] } },
    { type: 'response.content_part.added', ...text, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...text, delta: part?.text },
    { type: 'response.output_text.done', ...text, text: part?.text },
    { type: 'response.content_part.done', ...text, part },
  ];
}

/** https://platform.openai.com/docs/api-reference/responses */
export const openAiResponses: Dialect = {
  path: '/v1/responses',
  keyOf: bearer,
  error: openAiError,
  read: (body) => ({
    tools: toolNames([
      ...list(body.tools),
      ...list(body.input).filter(({ type }) => type === 'additional_tools'),
    ]),
    results: list(body.input).filter(({ type }) => type?.endsWith('_call_output')).length,
    stream: body.stream === true,
  }),
  answer: (reply, body) => completed(body, item(reply)),
  stream: (reply, body) => {
    const whole = item(reply);
    const events = [
      { type: 'response.created', response: response(body, {}) },
      ...itemEvents(whole),
      { type: 'response.output_item.done', output_index: 0, item: whole },
      { type: 'response.completed', response: completed(body, whole) },
    ];
    return events.map((data, index) => ({ event: data.type, data: { ...data, sequence_number: index } }));
  },
};
