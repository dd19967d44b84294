import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../../src/base/errors.js'
import { randomSource } from '../../../src/base/random.js'
import { readDataset } from '../../../src/data/read-dataset.js'
import { csv, workplace } from '../helpers.js'
import { mutations, type Mutator } from './mutations.js'
import { processorClock } from '../../helpers/processor.js'

const { config, folder, write } = workplace()

/** Damage that only text knows: what stands between cells and rows. */
const signs = [',', ';', '\t', '"', '""', '\n', '\r', '\r\n', '\uFEFF', '\0', 'é', '−', '1e400', 'NaN', ' ']
const textual: Record<string, Mutator> = {
  sign(bytes, random) {
    const at = random.integer(bytes.length + 1)
    const sign = Buffer.from(signs[random.integer(signs.length)]!)
    return Uint8Array.from([...bytes.subarray(0, at), ...sign, ...bytes.subarray(at)])
  },
  swapSigns(bytes, random) {
    const [from, to] = [random.integer(signs.length), random.integer(signs.length)]
    return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(signs[from]!, signs[to]!), 'latin1')
  },
  wide: (bytes) => Buffer.from(`\uFEFF${Buffer.from(bytes).toString()}`, 'utf16le'),
}

const random = randomSource(1).stream('table')
const table = csv('a,"b, or c",kind,y', 30, (i) => [
  (random.uniform() * 100).toFixed(3),
  i % 5 === 0 ? 'NA' : i,
  ['red', '"light, blue"', '"a ""b"""', 'grün'][i % 4]!,
  (i / 7).toFixed(4),
])

/** Reads what a file holds, or gives the message of its InputError; anything else is thrown on. */
async function outcome(bytes: Uint8Array, data: object): Promise<string> {
  write(bytes)
  try {
    const { rows, shape, inputs, targets, features } = await readDataset(config(data), folder)
    const width = shape.reduce((product, n) => product * n, 1)
    expect(inputs).toHaveLength(rows * width)
    expect(features).toHaveLength(width)
    expect(targets.every(Number.isFinite)).toBe(true)
    expect(inputs.every((value) => Math.abs(value) < Infinity || Number.isNaN(value))).toBe(true)
    return 'read'
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.message
  }
}

describe('damaged text files', () => {
  it.each([
    ['as they are', (bytes: Uint8Array) => bytes, 600],
    ['in gzip that is whole', (bytes: Uint8Array) => gzipSync(bytes), 100],
  ])('read, or say what is wrong: %s', { timeout: 300_000 }, async (_, pack, count) => {
    let refused = 0
    for (const { name, bytes } of mutations(Buffer.from(table), count, { seed: 11, more: textual })) {
      const seconds = processorClock()
      const found = await outcome(pack(bytes), { target: 'y', missing: 'mean' }).catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`, { cause: error })
      })
      // Five seconds would be a hang.
      expect({ name, hangs: seconds() > 5 }).toEqual({ name, hangs: false })
      if (found === 'read') continue
      refused += 1
      expect({ name, found, short: found.length < 1500 }).toEqual({ name, found, short: true })
      expect(found).toMatch(/^(a\.csv|config\.|data)/)
    }
    expect(refused).toBeGreaterThan(count / 4)
  })

  it('read, or say what is wrong: gzip itself', { timeout: 300_000 }, async () => {
    for (const { name, bytes } of mutations(gzipSync(table), 200, { seed: 12 })) {
      const found = await outcome(bytes, { target: 'y', missing: 'mean' }).catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`, { cause: error })
      })
      expect(found.length).toBeLessThan(1500)
    }
  })

  it('cut anywhere, give an error, the whole file, or a note', { timeout: 300_000 }, async () => {
    const text = csv('a,kind,y', 20, (i) => [i, i % 2 ? 'red' : 'blue', (i / 8).toFixed(3)])
    for (let at = 1; at < text.length; at += 3) {
      write(text.slice(0, at))
      const found = await readDataset(config({ target: 'y' }), folder).catch((error: unknown) => error)
      if (found instanceof InputError) continue
      const { reading } = found as Awaited<ReturnType<typeof readDataset>>
      const whole = text[at - 1] === '\n'
      expect({ at, told: whole || reading!.notes.some((note) => note.startsWith('no line end')) }).toEqual({
        at,
        told: true,
      })
    }
  })
})
