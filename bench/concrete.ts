/**
 * Regression against peers: `autoencoder-mlp` on concrete, each seed with its own split. With `--split` it
 * prints a seed's split for bench/peers/sklearn_concrete.py instead.
 *
 *     npm run build && node dist/bench/concrete.js [SEEDS] [FIRST SEED]
 *     node dist/bench/concrete.js --split SEED | python3 bench/peers/sklearn_concrete.py
 */
import { prepareData, resolveConfig, runTrial, setupTrial, useBackend } from '../src/index.js'
import { packagePath } from '../src/base/files.js'
import { format } from './summary.js'

const training = { batch: 32, weights: { optimizer: 'adam', learningRate: 0.003 } }
const configOf = (seed: number) =>
  resolveConfig({
    seed,
    data: { source: 'concrete' },
    split: { by: 'random', train: 0.64, validation: 0.16, test: 0.2 },
    supernet: { space: 'autoencoder-mlp' },
    schedule: 'autoencoder-first',
    search: { epochs: 60, ...training },
    retrain: { epochs: 200, batch: 32, weights: { optimizer: 'adam', learningRate: 0.005 } },
  })

if (process.argv[2] === '--split') {
  const { splits } = await prepareData(configOf(Number(process.argv[3] ?? 1)), '.')
  const [train, validation, test] = [splits.train, splits.validation, splits.test].map((rows) => [...rows])
  console.log(
    JSON.stringify({ file: packagePath('data', 'concrete', 'concrete.csv.gz'), train, validation, test }),
  )
} else {
  await useBackend('wasm')
  const errors: number[] = []
  const first = Number(process.argv[3] ?? 1)
  for (let seed = first; seed < first + Number(process.argv[2] ?? 5); seed++) {
    const { metrics, seconds } = await runTrial(await setupTrial(configOf(seed), '.'), {
      emit: () => undefined,
    })
    errors.push(metrics.test.final!)
    const share = (100 * metrics.derived.parameters) / metrics.supernet.parameters
    const total = seconds.search + (seconds.baseline ?? 0) + seconds.retrain
    console.log(
      `seed ${seed}  test rmse ${metrics.test.final!.toFixed(3)}  parameters ${metrics.derived.parameters} (${share.toFixed(0)} %)  jumps ${metrics.gap.jumps.toFixed(3)}  seconds ${total.toFixed(0)}`,
    )
  }
  console.log(`test rmse ${format(errors)}`)
}
