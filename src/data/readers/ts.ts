import { basename } from 'node:path'
import { readText } from '../../base/data-file.js'
import { InputError, quote } from '../../base/errors.js'
import { checkFits } from '../../base/limit.js'
import { isMissing } from '../column.js'
import { tableOf, type ArrayContent } from '../content.js'
import type { ReadOptions, Reader } from './types.js'

/**
 * Labelled series in the format of https://www.timeseriesclassification.com: lines that begin with @ describe
 * what follows `@data`; then one series per line with its channels separated by colons, and the label last. A
 * series that is shorter than the others (or than `sequence.steps`) is continued with its last value.
 */
export const ts: Reader = {
  name: 'ts',
  description: 'labelled series of the UEA and UCR archive: .ts files',
  gives: 'arrays',
  options: ['sequence'],
  takes: (path) => path.endsWith('.ts'),
  read: (path, options) => readSeries(basename(path), readText(path, 'data', 'a .ts file'), options),
}

interface Header {
  readonly labelled: boolean
  /** The index of the first line after `@data`, counted from 0. */
  readonly from: number
}

interface Series {
  readonly line: number
  readonly channels: readonly (readonly number[])[]
  readonly label: string | undefined
}

function readSeries(name: string, text: string, { sequence }: ReadOptions): ArrayContent {
  const lines = text.split(/\r?\n/)
  const header = headerOf(name, lines)
  const all = lines.flatMap((line, at) =>
    at < header.from || line.trim() === '' || line.startsWith('#')
      ? []
      : [seriesOf(`${name} line ${at + 1}`, line, at + 1, header.labelled)],
  )
  const [first] = all
  if (first === undefined) throw new InputError(`${name}: expected series after @data, got none`)
  const lengths = all.flatMap(({ channels }) => channels.map(({ length }) => length))
  const longest = lengths.reduce((a, b) => Math.max(a, b))
  const shortest = lengths.reduce((a, b) => Math.min(a, b))
  const steps = sequence?.steps ?? longest
  const count = sequence?.channels ?? first.channels.length
  checkFits(name, all.length * steps * count * 4, 'values')
  const values = new Float32Array(all.length * steps * count)
  all.forEach(({ line, channels }, row) => {
    const where = `${name} line ${line}`
    if (channels.length !== count)
      throw new InputError(`${where}: expected ${count} channels, got ${channels.length}`)
    channels.forEach((channel, c) => {
      if (channel.length > steps)
        throw new InputError(`${where}: expected at most ${steps} steps, got ${channel.length}`)
      for (let step = 0; step < steps; step++)
        values[(row * steps + step) * count + c] = channel[Math.min(step, channel.length - 1)]!
    })
  })
  const located = { name, unit: 'row' as const, places: all.map((_, row) => row + 1) }
  const notes =
    shortest === longest
      ? []
      : [`series of ${shortest} to ${longest} steps: the last value of a shorter one is held`]
  return {
    ...located,
    kind: 'sequences',
    rows: all.length,
    shape: [steps, count],
    values,
    ...(header.labelled && {
      labels: tableOf({ ...located, names: ['label'], rows: all.map(({ label }) => [label!]) }),
    }),
    taken: { facts: {}, notes },
  }
}

function headerOf(name: string, lines: readonly string[]): Header {
  let labelled = false
  for (const [at, line] of lines.entries()) {
    const [key = '', value = ''] = line.trim().toLowerCase().split(/\s+/)
    if (key === '@data') return { labelled, from: at + 1 }
    if (key === '@timestamps' && value === 'true')
      throw new InputError(
        `${name} line ${at + 1}: expected series without time stamps, got @timeStamps true; write the values alone, in order of time`,
      )
    if ((key === '@classlabel' || key === '@targetlabel') && value !== 'false') labelled = true
    if (key !== '' && !key.startsWith('@') && !key.startsWith('#'))
      throw new InputError(
        `${name} line ${at + 1}: expected @ and a key, or @data, got ${quote(line.trim())}`,
      )
  }
  throw new InputError(`${name}: expected a line @data before the series, got none`)
}

function seriesOf(where: string, text: string, line: number, labelled: boolean): Series {
  const parts = text.split(':')
  const label = labelled ? parts.pop()!.trim() : undefined
  if (parts.length === 0)
    throw new InputError(`${where}: expected a series, a colon and its label, got ${quote(text.trim())}`)
  const channels = parts.map((part) => part.split(',').map((cell) => numberOf(where, cell)))
  return { line, channels, label }
}

function numberOf(where: string, cell: string): number {
  if (isMissing(cell)) return NaN
  const value = Number(cell)
  if (Number.isFinite(value)) return value
  throw new InputError(`${where}: expected numbers between commas, got ${quote(cell.trim())}`)
}
