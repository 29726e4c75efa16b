import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Sources run as they are: `#room/file.ts` resolves to src/, not to a build.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
