import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { randomSource } from '../src/base/random.js'
import type { Example, LabelledSet } from './labelled-types.js'

export const linesOf = (file: string): string[] =>
  gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/)

/** The text of a table. */
export const csv = (names: readonly string[], rows: readonly (readonly (number | string)[])[]): string =>
  [names, ...rows].map((row) => row.join(',')).join('\n') + '\n'

/** `count` of some examples, classes as even as they come. */
function draw(examples: readonly Example[], count: number, seed: number, purpose: string): Example[] {
  const order = [...randomSource(seed).stream(purpose).permutation(examples.length)].map((i) => examples[i]!)
  if (count >= order.length) return order
  const seen = new Map<number, number>()
  const ranked = order.map((each) => {
    const rank = seen.get(each.target) ?? 0
    seen.set(each.target, rank + 1)
    return { each, rank }
  })
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ each }) => each)
}

/** Of examples in the order of time, blocks that stay together: 30 % of the blocks are for the test. */
function byBlock(examples: readonly Example[], size: number, seed: number) {
  const blocks = Math.ceil(examples.length / size)
  const order = randomSource(seed).stream('blocks').permutation(blocks)
  const tested = new Set(order.subarray(0, Math.round(0.3 * blocks)))
  const apart = (test: boolean) => examples.filter((_, i) => tested.has(Math.floor(i / size)) === test)
  return { train: apart(false), test: apart(true) }
}

/** Windows of hourly transformer loads (ETTh1), whose class is a quarter of the year or of the day. */
export function transformer(folder: string, label: 'season' | 'hour', seed: number): LabelledSet {
  const [, ...lines] = linesOf(`${folder}/ett/ETTh1.csv.gz`)
  const rows = lines.map((line) => line.split(','))
  const steps = label === 'season' ? 96 : 24
  const windows = Array.from({ length: Math.floor((rows.length - steps) / 102) }, (_, i) => {
    const from = i * 102
    const [date, hour] = rows[from]![0]!.split(' ')
    const quarter =
      label === 'season' ? (Number(date!.split('-')[1]) - 1) / 3 : Number(hour!.split(':')[0]) / 6
    const values = rows.slice(from, from + steps).flatMap((row) => row.slice(1).map(Number))
    return { values, target: Math.floor(quarter) }
  })
  const { train, test } = byBlock(windows, label === 'season' ? 7 : 1, seed)
  return { task: 'classification', steps, channels: 7, train: draw(train, 80, seed, 'rows'), test }
}

export const conditions = ['cooler', 'valve', 'pump', 'accumulator', 'stable'] as const

/** Cycles of a hydraulic rig, of which blocks of 15 stay together; 30 % of the blocks are for the test. */
export function hydraulic(folder: string, target: string, rows: number, seed: number): LabelledSet {
  const sensors = [1, 2, 3, 4].map((n) =>
    linesOf(`${folder}/hydraulic/TS${n}.txt.gz`).map((line) => line.split('\t').map(Number)),
  )
  const profile = linesOf(`${folder}/hydraulic/profile.txt.gz`).map((line) => line.split('\t').map(Number))
  const column = conditions.indexOf(target as (typeof conditions)[number])
  const labels = [...new Set(profile.map((line) => line[column]!))].sort((a, b) => a - b)
  const examples = profile.map((line, cycle) => ({
    values: Array.from({ length: 240 }, (_, i) => sensors[i % 4]![cycle]![Math.floor(i / 4)]!),
    target: labels.indexOf(line[column]!),
  }))
  const { train, test } = byBlock(examples, 15, seed)
  return { task: 'classification', steps: 60, channels: 4, train: draw(train, rows, seed, 'rows'), test }
}

/** Cycles that a window of an engine has, and until its failure how many count: a life that is longer shows nothing yet. */
const [engineSteps, longestLife] = [30, 125]

/** Columns of C-MAPSS FD001 (Saxena et al., 2008) that vary: the sensors but seven that stand still. */
export const engineSensors = [6, 7, 8, 11, 12, 13, 15, 16, 17, 18, 19, 21, 24, 25]

/**
 * Windows of engines that run to failure: `failing`, whether that is within 30 cycles, and `life`, in how many, up to 125. No
 * engine has windows both to learn from and to be judged on: 30 % of the engines are for the test.
 */
export function engines(folder: string, label: 'failing' | 'life', seed: number): LabelledSet {
  const rows = linesOf(`${folder}/cmapss/train_FD001.txt.gz`).map((line) =>
    line.trim().split(/\s+/).map(Number),
  )
  const lives = new Map<number, number[][]>()
  for (const row of rows) lives.set(row[0]!, [...(lives.get(row[0]!) ?? []), row])
  const tested = new Set([...randomSource(seed).stream('engines').permutation(lives.size)].slice(0, 30))
  const examplesOf = (test: boolean): Example[] =>
    [...lives.values()].flatMap((cycles, engine) =>
      tested.has(engine) === test
        ? Array.from({ length: Math.floor((cycles.length - engineSteps) / 5) + 1 }, (_, i) => {
            const from = i * 5
            const left = cycles.length - from - engineSteps
            return {
              values: cycles
                .slice(from, from + engineSteps)
                .flatMap((row) => engineSensors.map((c) => row[c]!)),
              target: label === 'failing' ? Number(left < 30) : Math.min(left, longestLife),
            }
          })
        : [],
    )
  const [task, count] =
    label === 'failing' ? (['classification', 100] as const) : (['regression', 200] as const)
  return {
    task,
    steps: engineSteps,
    channels: engineSensors.length,
    train: draw(examplesOf(false), count, seed, 'rows'),
    test: draw(examplesOf(true), 300, seed, 'test'),
  }
}
