/**
 * Do runs come to the same bytes as before a change? Short runs of every space, with what comes with the package:
 * search, decisions, retraining, the model's files. One line for each: its name and a digest of all its files
 * without times. Keep the lines of the build before, and compare.
 *
 *     npm run build && node dist/bench/frozen.js [--only darts] [--backends wasm,cpu] > after.txt
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { resolveConfig } from '../src/index.js'
import { spaces } from '../src/registry.js'
import { searchRun } from '../src/runs.js'
import { valueOf } from './command-line.js'

const images = { source: 'digits', limit: 96 }
const cells = { channels: 4, cells: 2 }
/** What each space searches: data and options that keep a run short; images where it is not named. */
const settings: Readonly<Record<string, { data?: object; options?: object; epochs?: number }>> = {
  'autoencoder-mlp': { data: { source: 'concrete' }, epochs: 6 },
  'mlp-cell': { data: { source: 'concrete' }, epochs: 6 },
  'temporal-conv': { data: { source: 'chicago' }, epochs: 1 },
  'darts-cell': { options: cells },
  darts: { options: { ...cells, nodes: 2 } },
  'darts-s1': { options: cells },
  'darts-s2': { options: cells },
  'darts-s3': { options: cells },
  'darts-s4': { options: cells },
  'nas-bench-201': { options: { channels: 4, cells: 1 } },
  'nas-bench-macro': { options: { channels: 4, stages: [1, 1], head: 32 } },
  'mobile-chain': { options: { stem: 4, channels: [8, 12], layers: 2, head: 32 } },
}

/** Variants of a run, by what they add to its name. */
const variants: Readonly<Record<string, object>> = {
  '': {},
  ', sgd and softmax': { relaxation: 'softmax', search: { weights: { optimizer: 'sgd' } } },
}

/** What of a run's folder has no time in it. */
const untimed = ['architecture.json', 'menu', 'metrics.json', 'model', 'network.safetensors', 'schedule.csv']

function digestOf(folder: string): string {
  const digest = createHash('sha256')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort()
  for (const path of paths.filter((each) => untimed.includes(each.split('/')[0]!)))
    digest.update(path).update(readFileSync(join(folder, path)))
  return digest.digest('hex').slice(0, 16)
}

const only = valueOf('--only')?.split(',')
for (const backend of (valueOf('--backends') ?? 'wasm').split(','))
  for (const { name } of spaces)
    for (const [more, variant] of Object.entries(variants)) {
      if (only && !only.includes(name)) continue
      const { data = images, options = {}, epochs = 2 } = settings[name] ?? {}
      const out = mkdtempSync(join(tmpdir(), 'sentei-frozen-'))
      const training = { epochs, batch: 16 }
      const { search, ...rest } = variant as { search?: object }
      try {
        await searchRun({
          config: resolveConfig({
            data,
            supernet: { space: name, options },
            ...rest,
            search: { ...training, ...search },
            retrain: training,
            backend,
          }),
          out: join(out, 'run'),
        })
        console.log(`${backend}, ${name}${more}: ${digestOf(join(out, 'run'))}`)
      } catch (error) {
        console.log(`${backend}, ${name}${more}: ${String(error).split('\n')[0]}`)
      } finally {
        rmSync(out, { recursive: true, force: true })
      }
    }
