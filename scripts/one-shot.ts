/**
 * One search from a script, and what it found.
 *
 *     npx tsx scripts/one-shot.ts [OUT]
 */
import { resolveConfig } from '../src/index.js'
import { searchRun } from '../src/runs.js'

const config = resolveConfig({
  name: 'one-shot',
  data: { source: 'concrete' },
  supernet: { space: 'autoencoder-mlp' },
  schedule: 'autoencoder-first',
  search: { epochs: 60, batch: 32, weights: { optimizer: 'adam', learningRate: 0.003 } },
  retrain: { epochs: 200, batch: 32, weights: { optimizer: 'adam', learningRate: 0.005 } },
  // A script that is run by a test takes single changes from the environment.
  ...(JSON.parse(process.env.SENTEI_OVERRIDES ?? '{}') as object),
})

const { metrics, architecture } = await searchRun({ config, out: process.argv[2] ?? 'runs/one-shot' })
for (const { name, kept, of } of architecture.groups) console.log(`${name}: ${kept.length} of ${of} units`)
console.log(`parameters: ${metrics.supernet.parameters} → ${metrics.derived.parameters}`)
console.log(`test ${metrics.metric}: ${metrics.test.final?.toFixed(3)}`)
