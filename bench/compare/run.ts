/**
 * Runs a ready comparison: a document beside this file, whose `{data}` is the folder of data sets and `{made}`
 * one for sets that are made for it. With `--quick`, what the document has under `quick` replaces its parts; with
 * `--whole`, its first seed runs on all rows. `--ablate METHOD` repeats a schedule without each of its parts.
 *
 *     npm run build && node dist/bench/compare/run.js paper --out FOLDER [--data FOLDER] [--quick | --whole]
 *         [--ablate METHOD] [--workers 2]
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse, stringify } from 'yaml'
import { packagePath } from '../../src/base/files.js'
import { progressText, resultsText } from '../../src/cli/comparison-text.js'
import { laidOver } from '../../src/compare/layers.js'
import { compareRun } from '../../src/runs.js'
import { makeSets } from './made.js'

const documents = packagePath('bench/compare')
const names = readdirSync(documents)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => basename(file, '.yaml'))
const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: join('..', 'shared', 'datasets') },
    out: { type: 'string' },
    quick: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    ablate: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
})
const [name] = positionals
if (name === undefined || !names.includes(name))
  throw new Error(`expected a comparison of ${names.join(', ')}, got ${name}`)
if (given.out === undefined) throw new Error('--out: expected a folder, got nothing')

type Part = Record<string, unknown>

const text = readFileSync(join(documents, `${name}.yaml`), 'utf8')
const data = resolve(given.data)
const made = resolve(`${given.out}-data`)
makeSets(text, data, made)
const { quick, ...whole } = parse(text.replaceAll('{data}', data).replaceAll('{made}', made)) as Part
const first = { sizes: ['all'], seeds: (whole.seeds as number[]).slice(0, 1) }
const comparison = {
  ...laidOver([
    { place: [], value: whole },
    { place: ['quick'], value: given.quick ? (quick as Part) : given.whole ? first : {} },
  ]),
  ...(given.ablate !== undefined && { ablate: given.ablate }),
}
mkdirSync(made, { recursive: true })
writeFileSync(join(made, `${name}.yaml`), stringify(comparison))
const { summary } = await compareRun({
  comparison,
  out: given.out,
  workers: Number(given.workers),
  onNotice: (notice) => console.error(notice),
  onProgress: (progress) => console.error(progressText(progress)),
})
console.log(resultsText(summary))
