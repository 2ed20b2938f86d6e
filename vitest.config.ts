import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // Two cores are what the smallest machine has; embedded PostgreSQL and real jobs share them.
    maxWorkers: 3,
    restoreMocks: true,
  },
});
