import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seed } from './seed.ts';
import { startRealGitLab } from './start-real.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8929' },
    'sub-path': { type: 'string', default: '' },
    'gitlab-version': { type: 'string', default: '18.9.0' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'stand-in-gitlab-'));
const gitlab = await startRealGitLab({
  folder,
  port: Number(values.port),
  subPath: values['sub-path'],
  version: values['gitlab-version'],
});
console.log(`A stand-in GitLab ${values['gitlab-version']} is at ${gitlab.url}`);
for (const line of await seed(gitlab.world)) console.log(line);

const stop = async () => {
  await gitlab.close();
  await rm(folder, { recursive: true, force: true });
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
