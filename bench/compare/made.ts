/** Sets of the ready comparisons that no file holds as they are needed: made, or joined from several files. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomSource } from '../../src/base/random.js'
import { conditions, csv, engineSensors, linesOf } from '../measured-sets.js'

const numbered = (count: number, of = 'x'): string[] => Array.from({ length: count }, (_, i) => `${of}${i}`)

/**
 * 2,000 rows of 30 features with variance 1: six are independent of all others, and any two of the other 24
 * have a correlation of 0.7. y is a weighted sum of all features and two products of pairs, with noise of a
 * quarter of the variance.
 */
function synthetic(): string {
  const [rows, independent, collinear] = [2000, 6, 24]
  const random = randomSource(0)
  const weights = random.stream('weights')
  const of = Array.from({ length: independent + collinear }, () => weights.normal())
  const values = Array.from({ length: rows }, (_, row) => {
    const draw = random.stream('row', `${row}`)
    const shared = draw.normal()
    const x = of.map((_, i) =>
      i < independent ? draw.normal() : Math.sqrt(0.7) * shared + Math.sqrt(0.3) * draw.normal(),
    )
    const products = 2 * x[0]! * x[1]! + 2 * x[2]! * x[independent]!
    return { x, y: x.reduce((sum, value, i) => sum + value * of[i]!, products), noise: draw.normal() }
  })
  const mean = values.reduce((sum, { y }) => sum + y, 0) / rows
  const spread = Math.sqrt(values.reduce((sum, { y }) => sum + (y - mean) ** 2, 0) / rows)
  return csv(
    [...numbered(of.length), 'y'],
    values.map(({ x, y, noise }) => [...x, y + 0.5 * spread * noise].map((value) => value.toFixed(5))),
  )
}

/** Cycles of a hydraulic rig (Helwig et al., 2015): four temperatures, 60 points each, in blocks of 15. */
function hydraulic(data: string, condition: (typeof conditions)[number]): string {
  const read = (name: string) =>
    linesOf(join(data, 'timeseries', 'hydraulic', `${name}.txt.gz`)).map((line) => line.split('\t'))
  const sensors = [1, 2, 3, 4].map((n) => read(`TS${n}`))
  const column = conditions.indexOf(condition)
  const rows = read('profile').map((labels, cycle) => [
    ...Array.from({ length: 240 }, (_, i) => sensors[i % 4]![cycle]![Math.floor(i / 4)]!),
    labels[column]!,
    Math.floor(cycle / 15),
  ])
  return csv([...numbered(240), 'condition', 'block'], rows)
}

/** Windows of 30 cycles of engines that run to failure: after how many cycles more, at most 125. */
function engines(data: string): string {
  const lives = new Map<string, string[][]>()
  for (const line of linesOf(join(data, 'timeseries', 'cmapss', 'train_FD001.txt.gz'))) {
    const row = line.trim().split(/\s+/)
    lives.set(row[0]!, [...(lives.get(row[0]!) ?? []), row])
  }
  const rows = [...lives].flatMap(([engine, cycles]) =>
    Array.from({ length: Math.floor((cycles.length - 30) / 5) + 1 }, (_, i) => [
      ...cycles.slice(5 * i, 5 * i + 30).flatMap((row) => engineSensors.map((c) => row[c]!)),
      Math.min(cycles.length - 5 * i - 30, 125),
      engine,
    ]),
  )
  return csv([...numbered(30 * engineSensors.length), 'life', 'block'], rows)
}

/** Cycle by cycle, 14 sensors of 40 engines that run to failure, one below the other. */
function engineCourses(data: string): string {
  const rows = linesOf(join(data, 'timeseries', 'cmapss', 'train_FD001.txt.gz'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([engine]) => Number(engine) <= 40)
    .map((row) => [row[0]!, row[1]!, ...engineSensors.map((c) => row[c]!)])
  return csv(['engine', 'cycle', ...numbered(engineSensors.length, 'sensor')], rows)
}

/** Daily entries of eight stations of Chicago, one below the other; each lacks two weeks of its own. */
function stations(data: string): string {
  const [head, ...lines] = linesOf(join(data, 'modeldata', 'Chicago.csv.gz'))
  const names = head!.split(',')
  const days = lines.slice(-2000).map((line) => line.split(','))
  const date = (cell: string) => new Date(86_400_000 * Number(cell)).toISOString().slice(0, 10)
  const rows = names
    .slice(1, 9)
    .flatMap((station, s) =>
      days
        .filter((_, i) => i < 200 * (s + 1) || i >= 200 * (s + 1) + 14)
        .map((day) => [station, date(day.at(-1)!), day[s + 1]!, day[names.indexOf('temp')]!]),
    )
  return csv(['station', 'date', 'entries', 'temperature'], rows)
}

/**
 * Five made machines, minute by minute: a load in steps drives a temperature with a delay of the machine's own,
 * beside a slow wave; noise on both. Now and then half an hour is missing.
 */
function madeMachines(): string {
  const random = randomSource(0)
  const rows = Array.from({ length: 5 }, (_, m) => {
    const draw = random.stream('machine', `${m}`)
    let [load, heat] = [0.5, 0]
    return Array.from({ length: 2000 }, (_, i) => {
      if (draw.uniform() < 0.02) load = draw.uniform()
      heat += (load - heat) / (10 + 5 * m)
      const wave = Math.sin((2 * Math.PI * i) / (120 + 15 * m))
      const time = new Date(Date.UTC(2024, 0, 1) + 60_000 * i).toISOString().slice(0, 19)
      const temperature = 40 + 20 * heat + 3 * wave + 0.3 * draw.normal()
      return [`m${m}`, time, (load + 0.02 * draw.normal()).toFixed(3), temperature.toFixed(3)]
    }).filter((_, i) => (i + 100 * m) % 600 < 570)
  }).flat()
  return csv(['machine', 'time', 'load', 'temperature'], rows)
}

/** A table with the number of each row in a last column `row`, for splits in the order of the file. */
function ordered(file: string, separator = ','): string {
  const [names, ...rows] = linesOf(file).map((line) => line.replaceAll('"', '').split(separator))
  return csv(
    [...names!, 'row'],
    rows.map((row, i) => [...row, i]),
  )
}

/** The listings of Amsterdam (features and prices are in files of their own), in their order. */
function airbnb(data: string): string {
  const [names, ...rows] = linesOf(join(data, 'tabular', 'airbnb_X_train.csv.gz'))
  const prices = linesOf(join(data, 'tabular', 'airbnb_y_train.csv.gz'))
  return csv(
    [names!.replaceAll('"', ''), 'price', 'row'],
    rows.map((row, i) => [row, prices[i]!, i]),
  )
}

const makers: Readonly<Record<string, (data: string) => string>> = {
  synthetic,
  'casp-ordered': (data) => ordered(join(data, 'tabular', 'CASP.csv.gz')),
  'white-wine-ordered': (data) => ordered(join(data, 'tabular', 'winequality-white.csv.gz'), ';'),
  'airbnb-ordered': airbnb,
  ...Object.fromEntries(
    conditions.map((condition) => [`hydraulic-${condition}`, (data: string) => hydraulic(data, condition)]),
  ),
  'engines-life': engines,
  'engine-courses': engineCourses,
  stations,
  'made-machines': madeMachines,
}

/** Writes the made sets that a text names as `{made}/NAME.csv` to a folder. */
export function makeSets(text: string, data: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of new Set([...text.matchAll(/\{made\}\/([\w-]+)\.csv/g)].map((match) => match[1]!))) {
    const maker = makers[name]
    if (!maker) throw new Error(`{made}/${name}.csv: expected one of ${Object.keys(makers).join(', ')}`)
    writeFileSync(join(folder, `${name}.csv`), maker(data))
  }
}
