import type { Reply } from '../model.ts';
import { type Body, type Dialect, list } from './dialect.ts';

/** Gemini CLI asks the model which model to take and who speaks next, and reads the answer as JSON. */
const DECISION = JSON.stringify({
  reasoning: 'none',
  model_choice: 'flash',
  complexity_reasoning: 'none',
  complexity_score: 1,
  next_speaker: 'user',
});

function partOf(reply: Reply, body: Body) {
  if ('call' in reply) return { functionCall: { name: reply.call.name, args: reply.call.input } };
  const wantsJson = body.generationConfig?.responseMimeType === 'application/json';
  return { text: wantsJson ? DECISION : reply.say };
}

function answer(reply: Reply, body: Body) {
  return {
    candidates: [
      { content: { role: 'model', parts: [partOf(reply, body)] }, finishReason: 'STOP', index: 0 },
    ],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
  };
}

/** https://ai.google.dev/api/generate-content */
export const gemini: Dialect = {
  // MODEL:generateContent or MODEL:streamGenerateContent
  path: '/v1beta/models/*',
  keyOf: (headers) => headers['x-goog-api-key']?.toString(),
  error: (status, message) => ({
    error: { code: status, message, status: status === 401 ? 'UNAUTHENTICATED' : 'INVALID_ARGUMENT' },
  }),
  read: (body, path) => ({
    tools: list(body.tools)
      .flatMap(({ functionDeclarations }) => list(functionDeclarations))
      .map(({ name }) => name),
    results: list(body.contents)
      .flatMap(({ parts }) => list(parts))
      .filter(({ functionResponse }) => functionResponse !== undefined).length,
    stream: path.endsWith(':streamGenerateContent'),
  }),
  answer,
  stream: (reply, body) => [{ data: answer(reply, body) }],
};
