/**
 * One training step of each space's supernet, and of the unpruned supernet's parts, with benchmark.js.
 *
 *     npm run bench
 */
import Benchmark from 'benchmark'
import { loadConfig, resolveConfig, setupTrial, useBackend } from '../src/index.js'
import { packagePath } from '../src/base/files.js'
import { batching } from '../src/train/batching.js'
import { supernetStepper } from '../src/search/stepper.js'
import { SupernetModel } from '../src/supernet/model.js'

const { config, folder } = loadConfig(packagePath('scripts', 'demo.yaml'))
const configs = {
  'darts-cell, digits, batch 64': config,
  'autoencoder-mlp, concrete, batch 32': resolveConfig({
    data: { source: 'concrete' },
    supernet: { space: 'autoencoder-mlp' },
    schedule: 'autoencoder-first',
    search: { batch: 32 },
  }),
}

await useBackend('wasm')
const suite = new Benchmark.Suite()
for (const [name, each] of Object.entries(configs)) {
  const trial = await setupTrial(each, folder)
  const model = new SupernetModel(trial.supernet, trial.relaxation, trial.random)
  const context = { ...trial, options: trial.config.search, emit: () => undefined, save: () => undefined }
  const stepper = supernetStepper(model, trial.data, context)
  const batches = batching(trial.data, trial.data.splits.train, trial.config.search, trial.random, 'search')
  const moving = trial.schedule.phases.find(({ gates }) => gates === 'move')!
  const phase = { ...moving, paths: 'all' as const }
  let t = phase.from
  suite.add(name, () => stepper.step(t++, batches.at(t), phase))
}
suite.on('cycle', (event: { target: unknown }) => {
  const { name, stats } = event.target as { name: string; stats: Benchmark.Stats }
  console.log(`${name}: ${(1000 * stats.mean).toFixed(1)} ms a step ± ${stats.rme.toFixed(1)} %`)
})
suite.run()
