import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import {
  checkpointFiles,
  readCheckpoint,
  restorePrevious,
  writeCheckpoint,
} from '../../src/runs/checkpoint-file.js'
import { freshProgress } from '../../src/search/progress.js'
import type { Checkpoint } from '../../src/search/state.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-checkpoint-'))
afterAll(() => rmSync(folder, { recursive: true }))

const checkpoint: Checkpoint = {
  step: 41,
  identity: 'abc',
  members: { 'cell0/0→2': ['skip', 'dil-conv-3x3'] },
  totals: { 'cell0/0→2': 1 },
  progress: {
    ...freshProgress(),
    best: 0.1 + 0.2,
    bestStep: 3,
    lossSums: { task: 1 / 3, reconstruction: 0, count: 7 },
    jumps: -0.25,
    streaks: { zero: { g: { a: 2 } }, weak: {} },
    ablations: { g: { a: { step: 3, metric: 'rmse', with: 1 / 3, without: 0.5 } } },
  },
  origin: { initial: 'def', data: 'ghi' },
  lambdas: new Map([['0', Float64Array.of(0, 5, 0.1 + 0.2)]]),
  arrays: new Map([
    ['w/cell0/0→2/conv:kernel', Float32Array.of(1, -0, 1e-40, Infinity, 3.3)],
    ['a/cell0/0→2', Float32Array.of(0.5)],
    ['s/empty', new Float32Array(0)],
  ]),
}

describe('a checkpoint', () => {
  it('reads back as it was written, every bit', () => {
    writeCheckpoint(folder, checkpoint)
    const read = readCheckpoint(folder)!
    expect(read).toEqual(checkpoint)
    expect(Object.is(read.arrays.get('w/cell0/0→2/conv:kernel')![1], -0)).toBe(true)
  })

  it('is none where none was written', () => {
    expect(readCheckpoint(join(folder, 'nowhere'))).toBeUndefined()
  })

  it('keeps the one before, and leaves nothing else beside it', () => {
    for (const step of [41, 42, 43]) writeCheckpoint(folder, { ...checkpoint, step })
    expect(readCheckpoint(folder)!.step).toBe(43)
    expect(readCheckpoint(folder, 'previous')!.step).toBe(42)
    expect(readdirSync(folder).sort()).toEqual(Object.values(checkpointFiles).sort())
    restorePrevious(folder)
    expect(readCheckpoint(folder)!.step).toBe(42)
    writeCheckpoint(folder, { ...checkpoint, step: 44 })
    expect([readCheckpoint(folder)!.step, readCheckpoint(folder, 'previous')!.step]).toEqual([44, 42])
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('tells flipped bits, wherever they are', () => {
    writeCheckpoint(folder, checkpoint)
    const path = join(folder, checkpointFiles.last)
    const whole = readFileSync(path)
    for (let i = 0; i < whole.length; i += 5) {
      const bytes = Buffer.from(whole)
      bytes[i]! ^= 1 << (i % 8)
      writeFileSync(path, bytes)
      expect(() => readCheckpoint(folder), `byte ${i}`).toThrow(InputError)
    }
  })

  it('of before there were hashes is read as it is', () => {
    writeCheckpoint(folder, checkpoint)
    const path = join(folder, checkpointFiles.last)
    const old = readFileSync(path, 'latin1').replace(/"sha256":"[0-9a-f]{64}",/, (text) =>
      ' '.repeat(text.length),
    )
    writeFileSync(path, Buffer.from(old, 'latin1'))
    expect(readCheckpoint(folder)).toEqual(checkpoint)
  })

  it('has the safetensors layout', () => {
    writeCheckpoint(folder, checkpoint)
    const bytes = readFileSync(join(folder, checkpointFiles.last))
    const length = Number(bytes.readBigUInt64LE(0))
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>
    expect(length % 8).toBe(0)
    expect(header['a/cell0/0→2']).toEqual({ dtype: 'F32', shape: [1], data_offsets: [20, 24] })
    expect(bytes.readFloatLE(8 + length + 20)).toBe(0.5)
  })

  it('that was cut short or is something else is an error that names the file', () => {
    writeCheckpoint(folder, checkpoint)
    const path = join(folder, checkpointFiles.last)
    const whole = readFileSync(path)
    const damaged: [string, Uint8Array][] = [
      ['empty', new Uint8Array(0)],
      ['in its length', whole.subarray(0, 5)],
      ['in its header', whole.subarray(0, 100)],
      ['before its arrays', whole.subarray(0, whole.length - 24)],
      ['by one number', whole.subarray(0, whole.length - 4)],
      ['by one byte', whole.subarray(0, whole.length - 1)],
      ['text', Buffer.from('this is no checkpoint, just some text')],
    ]
    for (const [what, bytes] of damaged) {
      writeFileSync(path, bytes)
      expect(() => readCheckpoint(folder), what).toThrow(InputError)
      expect(() => readCheckpoint(folder), what).toThrow(`${path}: not a readable checkpoint`)
    }
  })
})
