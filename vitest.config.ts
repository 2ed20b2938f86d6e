import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first: at the end one worker would be busy alone. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => /\/(?:e2e|chaos)\/|-contract\.test/.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/**
 * Tests each file of which has a process of its own: folders with programs, queues and browsers, and the one whose subject
 * is what the process knows of all the secrets there ever were in it, those of other files' too.
 */
const APART = [
  'test/{bench,chaos,cli,config-ci,config-flows,dashboard,e2e,monitoring,queue}/**/*.test.ts',
  'test/lib/secret.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // One more than the cores of the smallest machine: much of the time is waiting, for jobs and for the queue.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    restoreMocks: true,
    projects: [
      { extends: true, test: { name: 'apart', include: APART } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...APART],
          // They leave nothing behind, and loading the program anew for each took longer than they do.
          isolate: false,
        },
      },
    ],
  },
});
