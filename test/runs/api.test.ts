import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { expect, test } from 'vitest'
import * as sentei from '../../src/index.js'
import { searchRun } from '../../src/runs.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()

test('a search over a space of one’s own takes twenty lines', async () => {
  const oneHidden = sentei.searchSpace<{ width: number }>({
    name: 'one-hidden',
    description: 'how many units in one hidden layer',
    ranks: [1],
    options: Type.Object({ width: Type.Integer({ default: 6 }) }),
    build({ options, input, outputs }) {
      const s = sentei.supernetBuilder(input, 'hidden')
      const hidden = s.root.activation(s.root.dense(s.root.input, options.width), 'tanh')
      const gated = s.units(s.root, hidden, { name: 'hidden', layer: 'hidden' })
      const out = s.layer('out')
      out.output('task', out.dense(gated, outputs))
      return s.finish({ space: 'one-hidden', options: { ...options }, outputs })
    },
  })
  const supernet = { space: 'one-hidden' }
  const config = sentei.resolveConfig({ ...tinyMlp, supernet, schedule: 'fixed-l1' })
  const events: sentei.Event[] = []
  const run = await searchRun({
    config,
    spaces: [oneHidden],
    out: join(folder, 'own'),
    onEvent: (event) => events.push(event),
  })
  expect(run.architecture.space).toBe('one-hidden')
  expect(run.metrics.test.final).toBeGreaterThan(0)
  expect(events.at(-1)).toMatchObject({ type: 'stage', stage: 'export' })
})

test('an unknown space is refused with those there are', async () => {
  const config = sentei.resolveConfig({ ...tinyMlp, supernet: { space: 'darts-cel' } })
  await expect(sentei.setupTrial(config, '.')).rejects.toThrow(
    'config.supernet.space: unknown space darts-cel; did you mean "darts-cell"?; spaces: darts-cell, ',
  )
})

test('a trial runs without a folder', async () => {
  await sentei.useBackend('wasm')
  const trial = await sentei.setupTrial(sentei.resolveConfig({ ...tinyMlp, seed: 3 }), '.')
  const { architecture, metrics, steps } = await sentei.runTrial(trial, { emit: () => undefined })
  expect(steps).toBe(trial.schedule.steps)
  expect(metrics.seed).toBe(3)
  expect(architecture.groups).toHaveLength(3)
})

test.each([
  [
    { search: { alarms: { collapse: { safeguard: { term: 'skip-shar', lambda: 1 } } } } },
    'config.search.alarms.collapse.safeguard.term: unknown term skip-shar; did you mean "skip-share"?; terms: ',
  ],
  [
    { relaxation: 'softmax', search: { alarms: { stuck: { safeguard: { term: 'l1', lambda: 1 } } } } },
    'config.search.alarms.stuck.safeguard: l1 on softmax is refused: ',
  ],
  [
    {
      split: { train: 0.8, validation: 0, test: 0.2 },
      schedule: { name: 'x', phases: [{ name: 'all', until: 1 }], prune: { rule: 'perturbation' } },
    },
    'schedule.prune.rule: perturbation measures on the split arch or validation, and both are empty; give config.split.validation a share',
  ],
])('a safeguard or rule that cannot work is refused before the search: %#', async (more, message) => {
  const schedule = { name: 'x', phases: [{ name: 'all', until: 1 }] }
  const config = sentei.resolveConfig({ ...tinyMlp, schedule, ...more })
  await expect(sentei.setupTrial(config, '.')).rejects.toThrow(message)
})
