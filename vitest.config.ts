import { defineConfig } from 'vitest/config'
import { alias } from './vitest.alias.js'

/** Files that others would notice, or that must come first: they register backends and grow their memory. */
const isolated = [
  'test/backend/*.test.ts',
  'test/browser/search.test.ts',
  'packages/kernels/test/conformance/*.test.ts',
]

const files = ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts']
const long = '**/*.long.test.ts'
const each = { alias, testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' } as const

/**
 * The quick suite: `npm test`. What takes longer lives in `*.long.test.ts`. To load TensorFlow.js and the
 * sources takes a second, so files share two processes, one after another; some need one of their own.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: 'test/setup/global.ts',
    projects: [
      {
        test: {
          ...each,
          name: 'shared',
          isolate: false,
          include: files,
          exclude: [long, ...isolated],
          setupFiles: 'test/setup/shared.ts',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: { ...each, name: 'isolated', include: isolated, exclude: [long], sequence: { groupOrder: 1 } },
      },
    ],
  },
})
