/**
 * A scheduled regularization against a fixed one and none, over several seeds: mean and spread.
 *
 *     npx tsx scripts/compare-fixed.ts [SEEDS] [SCHEDULE …]
 */
import { resolveConfig, runTrial, setupTrial, useBackend, type TrialMetrics } from '../src/index.js'

const [seeds = '5', ...named] = process.argv.slice(2)
const schedules = named.length > 0 ? named : ['autoencoder-first', 'fixed-l1', 'none']
const training = { batch: 32, weights: { optimizer: 'adam', learningRate: 0.003 } }
const overrides = JSON.parse(process.env.SENTEI_OVERRIDES ?? '{}') as object

await useBackend('wasm')
for (const schedule of schedules) {
  const results: TrialMetrics[] = []
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const config = resolveConfig({
      seed,
      data: { source: 'concrete' },
      supernet: { space: 'autoencoder-mlp' },
      schedule,
      search: { epochs: 60, ...training },
      retrain: { epochs: 200, batch: 32, weights: { optimizer: 'adam', learningRate: 0.005 } },
      ...overrides,
    })
    const { metrics } = await runTrial(await setupTrial(config, '.'), { emit: () => undefined })
    results.push(metrics)
  }
  const rmse = summary(results.map((m) => m.test.final!))
  const share = summary(results.map((m) => (100 * m.derived.parameters) / m.supernet.parameters))
  console.log(`${schedule.padEnd(20)} test rmse ${rmse}   parameters ${share} %`)
}

/** `mean ± standard deviation`. */
function summary(values: number[]): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return `${mean.toFixed(2)} ± ${Math.sqrt(variance).toFixed(2)}`
}
