import { expect, test } from 'vitest'
import { backendNames } from '../../src/backend/index.js'
import { names } from '../../src/cli/names.js'
import { precisions } from '../../src/runs/formats.js'
import { exportFormats } from '../../src/runs/formats.js'
import { presetNames, spaces } from '../../src/registry.js'
import { deriveRules } from '../../src/runs/derive-run.js'
import { runtimeNames } from '../../src/runs/runtimes.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'

test('the names that the build wrote down are those of the registries', () => {
  expect(names.spaces).toContain('darts-cell')
  expect(names).toEqual({
    spaces: spaces.map(({ name }) => name),
    presets: presetNames(),
    relaxations: Object.keys(relaxations),
    rules: deriveRules,
    formats: exportFormats,
    precisions,
    backends: backendNames,
    runtimes: runtimeNames,
  })
})
