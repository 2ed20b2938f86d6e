import { defineConfig } from 'vitest/config';

/** The real tools of agents, which are installed from the registry: a name as argument runs one of them. */
export default defineConfig({
  test: {
    include: ['test/agents/*.agents.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
    restoreMocks: true,
  },
});
