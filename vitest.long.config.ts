import { defineConfig } from 'vitest/config'
import { alias } from './vitest.alias.js'

/** Files that start backends themselves. */
const isolated = ['test/backend/*.long.test.ts', 'packages/kernels/test/**/*.long.test.ts']
const each = { alias, testTimeout: 1_800_000, hookTimeout: 600_000, pool: 'forks' } as const

/**
 * Whole searches and comparisons: `npm run test:long`. All but some begin on wasm. Those of the fleet wait most of
 * their time, so that two cores take three files at once.
 */
export default defineConfig({
  test: {
    maxWorkers: 3,
    globalSetup: 'test/setup/global.ts',
    projects: [
      {
        test: {
          ...each,
          name: 'wasm',
          include: ['test/**/*.long.test.ts'],
          exclude: isolated,
          setupFiles: 'test/setup/wasm.ts',
        },
      },
      { test: { ...each, name: 'isolated', include: isolated } },
    ],
  },
})
