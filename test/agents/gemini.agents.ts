import { testAgent } from './agent-test.ts';

testAgent('gemini', {
  key: 'GEMINI_API_KEY',
  variables: (url) => ({ GOOGLE_GEMINI_BASE_URL: url }),
});
