import { parseArgs } from 'node:util';
import { startLlm } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8930' },
    key: { type: 'string', default: 'sk-test' },
  },
});

const script = [
  { write: { path: 'hello.txt', content: 'Hello from the model.\n' } },
  { say: 'I wrote `hello.txt`.' },
] as const;
const llm = await startLlm({ key: values.key, port: Number(values.port), script });
console.log(`The model listens on ${llm.url} for the key ${values.key}`);
