/**
 * The demo's claims over several seeds: the searched architecture, the unpruned supernet retrained, and a
 * random architecture of the searched one's size (± 10 %), all trained alike on the same splits.
 *
 *     npm run build && node dist/bench/digits.js [SEEDS] [FIRST SEED]
 */
import { loadConfig, resolveConfig, runTrial, setupTrial, useBackend } from '../src/index.js'
import { packagePath } from '../src/base/files.js'
import { teacherFor, trainBaseline } from '../src/trial/baseline.js'
import { discretise, uniformGates } from '../src/derive/network.js'
import { randomArchitecture } from '../src/derive/random.js'
import { retrainStage } from '../src/trial/retrain-stage.js'
import { withNetwork } from '../src/trial/with-network.js'
import type { Trial } from '../src/trial/types.js'
import { evaluate } from '../src/train/evaluate.js'
import { format } from './summary.js'

const seeds = Array.from({ length: Number(process.argv[2] ?? 5) }, (_, i) => i + Number(process.argv[3] ?? 1))
const { config, folder } = loadConfig(packagePath('scripts', 'demo.yaml'))

/** Test metric of a random legal architecture of a size, trained and taught as the derived network is. */
async function trainRandom(trial: Trial, target: number): Promise<number> {
  const options = { parameters: { target, tolerance: 0.1 } }
  const drawn = randomArchitecture(trial.supernet, trial.random, options)
  if (!drawn) throw new Error(`no random architecture of ${target} parameters in 2,000 draws`)
  const { graph } = discretise(drawn, uniformGates(drawn), { gates: 'drop', affine: true })
  const { metric, data } = trial
  const hooks = { emit: () => undefined }
  const baseline = await trainBaseline(trial, hooks)
  const { values } = await retrainStage(
    trial,
    hooks,
    'retrain',
    graph,
    new Map(),
    teacherFor(trial, baseline),
  )
  return withNetwork(graph, values, (network) => evaluate(network, data, data.splits.test, metric))!
}

await useBackend(config.backend)
const rows: {
  derived: number
  baseline: number
  random: number
  share: number
  jumps: number
  dropped: number
  seconds: number
}[] = []
for (const seed of seeds) {
  const trial = await setupTrial(resolveConfig({ ...config, seed }), folder)
  const { metrics, seconds } = await runTrial(trial, { emit: () => undefined })
  const row = {
    derived: metrics.test.final!,
    baseline: metrics.baseline!.test!,
    random: await trainRandom(trial, metrics.derived.parameters),
    share: metrics.derived.parameters / metrics.supernet.parameters,
    jumps: metrics.gap.jumps,
    dropped: metrics.gap.gatesDropped!,
    seconds: seconds.search + seconds.baseline! + seconds.retrain,
  }
  rows.push(row)
  console.log(JSON.stringify({ seed, ...row }))
}
const column = (key: keyof (typeof rows)[number]) => rows.map((row) => row[key])
console.log(`seeds ${seeds.join(', ')}; test accuracy in percent, mean ± standard deviation`)
console.log(
  `derived            ${format(column('derived'), 2, 100)}   parameters ${format(column('share'), 1, 100)} % of the supernet's`,
)
console.log(`unpruned supernet  ${format(column('baseline'), 2, 100)}`)
console.log(`random, same size  ${format(column('random'), 2, 100)}`)
console.log(
  `gap: jumps ${format(column('jumps'), 2, 100)} points, gates dropped ${format(column('dropped'), 2, 100)} points`,
)
console.log(`seconds a trial    ${format(column('seconds'), 0)}`)
