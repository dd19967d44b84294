import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { textAt } from '../../src/data/column.js'
import type { Table } from '../../src/data/content.js'
import { readDataset } from '../../src/data/read-dataset.js'
import type { Dataset } from '../../src/data/types.js'

/** The message of the InputError that a call must throw. */
export function message(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as Error).message
  }
  throw new Error('expected an InputError')
}

/** The message of the InputError that a call must reject with. */
export async function rejection(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(InputError)
  return (error as Error).message
}

/** The cells of a table as text, row by row. */
export const rowsOf = ({ columns, places }: Table): string[][] =>
  places.map((_, row) => columns.map((column) => textAt(column, row)))

/** A temporary folder, gone after the test file, and what tests do in it. */
export function workplace() {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-data-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (content: string | Uint8Array, name = 'a.csv'): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const config = (data: object, split: object = {}) =>
    resolveConfig({ data: { file: 'a.csv', ...data }, split, supernet: { space: 'none' } })
  const read = (text: string, data: object, split: object = {}): Promise<Dataset> => {
    write(text)
    return readDataset(config(data, split), folder)
  }
  return { folder, write, config, read }
}

/** A data set out of plain arrays. */
export function dataset(
  inputs: readonly (readonly number[])[],
  targets: readonly number[],
  more: Partial<Dataset> = {},
): Dataset {
  const width = inputs[0]!.length
  const features = Array.from({ length: width }, (_, i) => `f${i}`)
  return {
    name: 'made',
    rows: inputs.length,
    shape: [width],
    inputs: Float32Array.from(inputs.flat()),
    targets: Float32Array.from(targets),
    task: { kind: 'regression', outputs: ['y'] },
    features,
    encoding: { kind: 'table', columns: features.map((name) => ({ name })), missing: 'mean' },
    hash: '',
    ...more,
  }
}

export const classification = (...classes: string[]) => ({ kind: 'classification', classes }) as const

/** CSV text of rows 0 … n − 1. */
export const csv = (header: string, n: number, row: (i: number) => (string | number)[]): string =>
  `${header}\n${Array.from({ length: n }, (_, i) => row(i).join(',')).join('\n')}\n`
