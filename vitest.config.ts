import { defineConfig } from 'vitest/config'

/** Files that change what others would notice: the memory of a backend, and which backends are registered. */
const alone = ['test/backend/*.test.ts', 'test/conformance/*.test.ts']

const long = 'test/**/*.long.test.ts'
const each = { testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks', maxWorkers: 2 } as const

/**
 * The quick suite: `npm test`. What takes longer lives in `*.long.test.ts`. To load TensorFlow.js and the
 * sources takes a second, so files share two processes, one after another; some need one of their own.
 */
export default defineConfig({
  test: {
    ...each,
    globalSetup: 'test/setup/global.ts',
    projects: [
      {
        test: {
          ...each,
          name: 'shared',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [long, ...alone],
          setupFiles: 'test/setup/shared.ts',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: { ...each, name: 'alone', include: alone, exclude: [long], sequence: { groupOrder: 1 } },
      },
    ],
  },
})
