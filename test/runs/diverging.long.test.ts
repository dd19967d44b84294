import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { eventsOf } from '../../src/report/history.js'
import { readEvents } from '../../src/runs/read-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { Diverged } from '../../src/train/diverged.js'
import { temporaryFolder } from './helper.js'

const folder = temporaryFolder()

/** SGD at a rate that no wide series bears. */
const wild = {
  data: { source: 'chicago' },
  supernet: { space: 'autoencoder-mlp' },
  search: {
    epochs: 20,
    batch: 64,
    average: false,
    weights: { optimizer: 'sgd', learningRate: 0.5, decay: 'cosine' },
  },
  retrain: { epochs: 2, batch: 64 },
}

test.each(['auto', 'planned-controller'])(
  'a search that diverges under schedule %s ends with a result, or goes on to one when a setting is changed',
  async (schedule) => {
    const out = join(folder, schedule)
    try {
      await searchRun({ config: resolveConfig({ ...wild, schedule }), out })
    } catch (error) {
      expect(error).toBeInstanceOf(Diverged)
      await resumeRun(out, { set: ['search.weights.clipNorm=1', 'search.weights.learningRate=0.02'] })
    }
    expect(existsSync(join(out, 'metrics.json'))).toBe(true)
    expect(eventsOf(readEvents(out), 'intervention').length).toBeGreaterThan(0)
  },
)
