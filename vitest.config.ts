import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Sources run as they are: `#room/file.ts` resolves to src/, not to a build.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    // No module keeps state of its own (main wires), so that files may share them: a third of the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One of its packages has TypeScript behind `source`, which Node does not read from there.
    server: { deps: { inline: [/\/(?:ai|@ai-sdk|eventsource-parser)\//] } },
  },
});
