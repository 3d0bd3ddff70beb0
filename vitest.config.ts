import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
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
