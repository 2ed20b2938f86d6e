import { testAgent } from './agent-test.ts';

testAgent('claude', {
  key: 'ANTHROPIC_API_KEY',
  variables: (url) => ({ ANTHROPIC_BASE_URL: url }),
});
