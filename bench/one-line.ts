/**
 * The first hour's line, without a configuration: what `sentei search FILE --target …` comes to, beside scikit-learn's MLP and
 * boosting on the same rows (images and series flat).
 *
 *     npm run build && node dist/bench/one-line.js FILE[,target[,horizon]] … [--time 2m] [--python python3]
 *
 * Wall time is the whole program's, from the shell to the report.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { packagePath } from '../src/base/files.js'
import { textTable } from '../src/cli/table.js'
import { loadConfig } from '../src/index.js'
import { prepareData } from '../src/data/prepare.js'
import { errorOf } from '../src/objective/metrics.js'
import type { TrialMetrics } from '../src/index.js'
import { sklearnErrors } from './sklearn.js'

const words = process.argv.slice(2)
const flag = (name: string) => {
  const at = words.indexOf(name)
  return at < 0 ? undefined : words.splice(at, 2)[1]!
}
const [time, python = 'python3'] = [flag('--time'), flag('--python')]
const folder = mkdtempSync(join(tmpdir(), 'sentei-one-line-'))

async function row(word: string, index: number): Promise<string[]> {
  const [file, target, horizon] = word.split(',') as [string, string?, string?]
  const out = join(folder, String(index))
  const options = [
    ...(target ? ['--target', target] : []),
    ...(horizon ? ['--horizon', horizon] : []),
    ...(time ? ['--time', time] : []),
  ]
  const main = packagePath('dist/src/cli/main.js')
  const start = performance.now()
  execFileSync(process.execPath, [main, 'search', file, ...options, '--out', out, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const seconds = (performance.now() - start) / 1000
  const metrics = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as TrialMetrics
  const { config, folder: place } = loadConfig(`${out}.yaml`)
  const data = await prepareData(config, place)
  const peers = sklearnErrors(data, config.seed, python)
  const error = (value: number | null | undefined) =>
    value == null ? '–' : errorOf(metrics.metric, value).toPrecision(3)
  return [
    basename(file),
    `${data.dataset.task.kind}, ${data.dataset.rows} × [${data.dataset.shape.join(', ')}]`,
    metrics.supernet.name,
    seconds.toFixed(0),
    `${metrics.derived.parameters} of ${metrics.supernet.parameters}`,
    error(metrics.test.final),
    error(metrics.baseline?.test),
    ...['mlp', 'boosting'].map((name) => peers[name]!.toPrecision(3)),
  ]
}

const rows: string[][] = []
for (const [index, word] of words.entries()) rows.push(await row(word, index))
const head = 'file,data,space,seconds,parameters,test error,unpruned,sklearn mlp,sklearn boosting'.split(',')
console.log(textTable([head, ...rows]))
