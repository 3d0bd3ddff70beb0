import { defineConfig } from 'vitest/config';
import { staticFilesForTests } from './images/builder/src/static-files.ts';

export default defineConfig({
  plugins: [staticFilesForTests()],
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{core,apps,drivers,images}/**/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/test/e2e/**'],
          testTimeout: 60_000,
          // Tests of memory measure what is left after a collection.
          execArgv: ['--expose-gc'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['{apps,images}/*/test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
