import { testAgent } from './agent-test.ts';

testAgent('codex', {
  key: 'OPENAI_API_KEY',
  variables: (url) => ({ OPENAI_BASE_URL: `${url}/v1` }),
});
