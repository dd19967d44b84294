import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useBackend } from './support/sentei.js'
import type { WasmBackend } from '../../src/backend.js'
import { currentDevice } from '../../src/index.js'
import type { Device } from '../../src/device.js'
import { squaredNorm } from '../../src/optimizer.js'
import { recordingBytes } from '../../src/recording-memory.js'
import { accumulate } from './support/sentei.js'
import { drawn } from './support/sentei.js'
import type { Operand } from './reference/operand.js'
import type { Conformance } from './support/conforms.js'
import { growHeap } from './support/heap.js'
import { channelCases, poolCases, tileCases, windowCases } from './support/windows.js'
import { activated } from './suites/activated.js'
import { combined, transformed } from './suites/arithmetic.js'
import { cases as normCases, normalised } from './suites/batch-norm.js'
import { convNorm } from './suites/conv-norm.js'
import { convolutions, convolved } from './suites/conv.js'
import { activationGradient, gated, reluGradient, scaled, tanh } from './suites/elementwise.js'
import { ofClasses, ofDifference, ofShares, softmax } from './suites/losses.js'
import { cases as products, product } from './suites/mat-mul.js'
import { mixed } from './suites/mix.js'
import { avgPooled, maxPooled } from './suites/pool.js'
import { cases as reductions, reduced } from './suites/reduce.js'
import { separable } from './suites/separable.js'

let device: Device
let before: ReturnType<typeof backendNow>

beforeAll(async () => {
  await useBackend('wasm')
  device = currentDevice()!
})
beforeEach(() => (before = backendNow()))
afterEach(() => expect(backendNow()).toEqual(before))

/** What a recording must leave as it was. */
function backendNow() {
  const { wasm, move, readSync } = tf.backend() as unknown as WasmBackend
  const { numTensors, numDataBuffers, numBytes } = tf.memory()
  const { _malloc: malloc, _free: free } = wasm
  return { malloc, free, move, readSync, records: device.records, numTensors, numDataBuffers, numBytes }
}

type Results = Record<string, tf.Tensor>

/** Work, rehearsed and recorded. */
function recorded<R extends Results>(work: () => R) {
  const { result: first, rehearsed } = device.rehearse(work)
  tf.dispose(first)
  const { result, tape } = device.record(rehearsed, work)
  return { result, tape, rehearsed }
}

/** The bits of some results. */
const bitsOf = (results: Results): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [
      name,
      [...new Uint32Array(tensor.dataSync<'float32'>().slice().buffer)],
    ]),
  )

function bitsAndNoMore(work: () => Results): Record<string, number[]> {
  const results = work()
  const bits = bitsOf(results)
  tf.dispose(results)
  return bits
}

const tensorsOf = (inputs: Readonly<Record<string, Operand>>): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { values, shape }]) => [
      name,
      tf.tensor(Float32Array.from(values), [...shape]),
    ]),
  )

/** Puts other numbers into some tensors, and those from before where it is done once more. */
function reverse(tensors: Record<string, tf.Tensor>): void {
  for (const tensor of Object.values(tensors)) device.numbers(tensor).reverse()
}

const every = <T>(n: number, table: readonly T[]): T[] => table.filter((_, i) => i % n === 0)

/**
 * Records some work, and expects of its replays the bits of the work itself: on the same numbers, and on
 * others.
 */
function replays(one: Conformance<string, string>, between: () => void = () => undefined): void {
  const tensors = tensorsOf(one.inputs)
  const work = () => one.run(tensors)
  const { result, tape } = recorded(work)
  const same = bitsAndNoMore(work)
  expect(bitsOf(result)).toEqual(same)
  between()
  reverse(tensors)
  const other = bitsAndNoMore(work)
  tape.replay()
  expect(bitsOf(result)).toEqual(other)
  reverse(tensors)
  tape.replay()
  tape.replay()
  expect(bitsOf(result)).toEqual(same)
  tf.dispose([tensors, result])
  device.erase(tape)
}

/** Of each of our kernels something; gradients in which TensorFlow.js’s kernels take part are left out. */
const kinds: Record<string, Conformance<string, string>[]> = {
  conv2d: [...every(61, windowCases()), ...every(19, channelCases())].map((one) =>
    convolved(convolutions[0]!, one),
  ),
  depthwiseConv2d: every(61, windowCases()).map((one) => convolved(convolutions[1]!, one)),
  'convolution and batch norm': [...every(83, windowCases()), ...every(3, tileCases())].map(convNorm),
  activated: every(83, windowCases()).flatMap((one) => [activated(one, false), activated(one, true)]),
  separable: every(83, windowCases()).flatMap((one) =>
    (['none', 'taken'] as const).map((front) => separable(one, { front, behind: front !== 'taken' })),
  ),
  maxPool: every(23, poolCases()).map((one) => maxPooled(one)),
  avgPool: every(23, poolCases()).map(avgPooled),
  'batch norm': every(7, normCases).map(normalised),
  'sum and mean': every(
    17,
    reductions.filter(({ shape }) => !shape.includes(0)),
  )
    .filter(({ axes }) => axes.every((axis, i) => axis === axes[0]! + i))
    .flatMap((one) => [reduced('sum', one), reduced('mean', one)]),
  matMul: every(29, products).map(product),
  gates: [
    gated(17, 3),
    gated(4101, 8),
    reluGradient(4101),
    activationGradient(4101, 'elu'),
    scaled(17),
    tanh(4101),
  ],
  mix: [mixed({ shape: [3, 7, 5, 13], members: 'xbbbxxb' }), mixed({ shape: [9001, 1], members: 'bx' })],
  arithmetic: [
    ...(['add', 'sub', 'mul'] as const).flatMap((name) => [
      combined(name, [3, 5], [3, 5]),
      combined(name, [17, 4], [17, 1]),
      combined(name, [1, 9], [7, 1]),
      combined(name, [2, 3, 5], []),
    ]),
    ...(['neg', 'exp', 'sigmoid'] as const).map((name) => transformed(name, [19])),
  ],
  losses: [
    softmax([3, 17]),
    ofClasses(9, 10),
    ofShares(9, 10),
    ...(['mse', 'mae', 'huber'] as const).map((name) => ofDifference(name, 13, 2)),
  ],
}

describe('a tape', () => {
  it.each(Object.entries(kinds))('does again: %s', (_, conformances) => {
    for (const one of conformances) replays(one)
  })

  it('does it again where the heap has grown', () => replays(gated(5000, 3), growHeap))

  it('keeps to itself: two of them in turn, with scratch areas of other sizes', () => {
    const ones = [gated(4101, 8), product(products[9]!), convNorm(tileCases().at(-1)!)]
    const all = ones.map((one: Conformance<string, string>) => {
      const tensors = tensorsOf(one.inputs)
      const work = () => one.run(tensors)
      return { tensors, work, ...recorded(work) }
    })
    for (let t = 0; t < 4; t++) {
      for (const { tensors } of all) reverse(tensors)
      const want = all.map(({ work }) => bitsAndNoMore(work))
      for (const { tape } of t < 2 ? all : [...all].reverse()) tape.replay()
      expect(all.map(({ result }) => bitsOf(result))).toEqual(want)
    }
    for (const { tape, tensors, result } of all) {
      tf.dispose([tensors, result])
      device.erase(tape)
    }
  })

  it('takes no memory that it does not give back', () => {
    const x = tf.tensor1d([1, 2, 3])
    const work = () => ({ y: tf.tidy(() => tf.sum(tf.mul(x, tf.tensor1d([2, 3, 4])))) })
    const round = () => {
      const { result, tape } = recorded(work)
      tape.replay()
      expect(result.y.dataSync()[0]).toBe(20)
      tf.dispose(result)
      device.erase(tape)
    }
    for (let i = 0; i < 10; i++) round()
    const [memory, heap, place] = [tf.memory(), device.memory.buffer.byteLength, placeOfNext()]
    for (let i = 0; i < 1000; i++) round()
    expect([tf.memory(), device.memory.buffer.byteLength, placeOfNext()]).toEqual([memory, heap, place])
    x.dispose()
  })

  it('lies in a block of its own, and takes no more than is known before', () => {
    const x = tf.tensor1d([1, 2, 3])
    const { result, tape, rehearsed } = recorded(() => ({ y: tf.tidy(() => tf.exp(tf.neg(x))) }))
    const { exclusive, shared } = recordingBytes(rehearsed)
    expect(tape.calls).toBe(2)
    expect([tape.ownBytes, tape.workspace.bytes]).toEqual([exclusive, shared])
    expect([tape.keptBytes, tape.passingBytes]).toEqual([16, 16])
    const at = device.pointer(result.y)
    const holds = [at, at + tape.ownBytes, tape.workspace.address, device.pointer(x)].map((address) =>
      tape.holds(address),
    )
    expect(holds).toEqual([true, false, false, false])
    tf.dispose([x, result])
    device.erase(tape)
  })

  it('shares a workspace that is large enough, until the last recording in it is erased', () => {
    const place = placeOfNext()
    const spaces = device.workspaces()
    const all = [300, 200, 100, 400].map((size) => {
      const x = tf.range(0, size)
      const work = () => ({ y: tf.tidy(() => tf.neg(tf.exp(tf.neg(x)))) })
      const { result: first, rehearsed } = device.rehearse(work)
      tf.dispose(first)
      return { x, work, ...device.record(rehearsed, work, spaces) }
    })
    const [large, middle, small, larger] = all.map(({ tape }) => tape.workspace)
    expect([middle, small]).toEqual([large, large])
    expect(larger!.bytes).toBeGreaterThan(large!.bytes)
    for (const { tape } of all) tape.replay()
    for (const { tape } of [...all].reverse()) tape.replay()
    for (const { work, result } of all) expect(bitsOf(result)).toEqual(bitsAndNoMore(work))
    for (const { x, result, tape } of all) {
      tf.dispose([x, result])
      device.erase(tape)
    }
    expect(placeOfNext()).toBe(place)
  })

  it('draws random numbers anew', () => {
    let next = 0
    const { result, tape } = recorded(() => ({
      y: tf.tidy(() => tf.neg(drawn([2], () => Float32Array.of(next, (next += 1))))),
    }))
    const seen = [0, 1].map(() => {
      tape.replay()
      return [...result.y.dataSync()]
    })
    expect(seen).toEqual([
      [-2, -3],
      [-3, -4],
    ])
    tf.dispose(result)
    device.erase(tape)
  })

  it('finds its constants and inputs as they were, although sums are computed in place', () => {
    const x = tf.tensor1d([1, 2])
    const work = () => ({
      onConstant: accumulate(tf.zeros([2]), tf.neg(x)),
      onInput: tf.tidy(() => tf.clone(accumulate(tf.clone(x), tf.neg(x)))),
    })
    const { result, tape } = recorded(work)
    for (let i = 0; i < 3; i++) tape.replay()
    expect(bitsOf(result)).toEqual(bitsAndNoMore(work))
    tf.dispose([x, result])
    device.erase(tape)
  })

  it('can be erased before its tensors are disposed, and more than once', () => {
    const x = tf.tensor1d([1, 2, 3])
    const { result, tape } = recorded(() => ({ y: tf.neg(x) }))
    device.erase(tape)
    device.erase(tape)
    expect(device.pointer(result.y)).toBe(0)
    const others = Array.from({ length: 20 }, (_, i) => tf.fill([tape.ownBytes >> 6], i))
    result.y.dispose()
    const more = Array.from({ length: 20 }, () => tf.fill([tape.ownBytes >> 6], -1))
    others.forEach((tensor, i) => expect(new Set(tensor.dataSync())).toEqual(new Set([i])))
    tf.dispose([x, others, more])
  })
})

/** Where the heap puts the next tensor. */
function placeOfNext(): number {
  const next = tf.tensor1d([0])
  const place = device.pointer(next)
  next.dispose()
  return place
}

describe('what cannot be recorded', () => {
  let x: tf.Tensor1D
  beforeEach(() => {
    x = tf.tensor1d([1, 2, 3])
    before = backendNow()
  })
  afterEach(() => {
    x.dispose()
    before = backendNow()
  })

  const works: [string, (x: tf.Tensor1D) => unknown, string][] = [
    ['numbers that are read', (x) => x.dataSync(), 'reading numbers'],
    [
      'numbers that are written',
      (x) => device.numbers(x).fill(1),
      'numbers that are read or written beside the kernels',
    ],
    ['kernels of TensorFlow.js', (x) => tf.sin(x), 'TensorFlow.js’s Sin'],
    ['what ours leave to TensorFlow.js', (x) => tf.cast(x, 'int32'), 'TensorFlow.js’s Cast'],
    [
      'kernels that return numbers',
      (x) => squaredNorm(device, [x]),
      'kernel squaredNorm, which returns a number',
    ],
  ]
  it.each(works)('%s', (_, work, reason) => {
    const inside = () => tf.tidy(() => void work(tf.neg(x)))
    expect(() => device.rehearse(inside)).toThrow(`not recordable: ${reason}`)
    expect(backendNow()).toEqual(before)
    const { rehearsed } = device.rehearse(() => tf.tidy(() => void tf.neg(x)))
    expect(() => device.record(rehearsed, inside)).toThrow('not recordable: ')
  })

  const others: [string, (t: number) => tf.Tensor][] = [
    ['of another size', (t) => tf.neg(t ? tf.concat([x, x]) : tf.concat([x, x, x]))],
    ['that computes more', (t) => (t ? tf.abs(tf.neg(x)) : tf.neg(x))],
    ['that computes less', (t) => (t ? tf.neg(x) : tf.abs(tf.neg(x)))],
    ['that computes something else', (t) => (t ? tf.add(x, x) : tf.neg(x))],
    ['with another table', (t) => (t ? written(20) : written(4))],
    ['that keeps longer what it needs', (t) => kept(t === 1)],
    ['with a constant where something was computed', (t) => (t ? tf.add(x, 1) : tf.add(x, tf.neg(x)))],
  ]
  const written = (bytes: number) => {
    const [area] = device.scratch(64)
    device.write(area, new Uint32Array(bytes / 4))
    return tf.neg(x)
  }
  /** By the time y is computed, the first number is either free or not. */
  const kept = (longer: boolean) => {
    const first = tf.neg(x)
    const second = tf.abs(first)
    if (!longer) first.dispose()
    const third = tf.square(second)
    if (longer) first.dispose()
    return tf.add(second, third)
  }
  it.each(others)('work %s the second time', (_, make) => {
    const { result, rehearsed } = device.rehearse(() => tf.tidy(() => make(0)))
    result.dispose()
    const second = () => device.record(rehearsed, () => tf.tidy(() => make(1)))
    expect(second).toThrow('not recordable: a step that is not the same each time')
    // Its result is lost with it.
    expect(tf.memory().numTensors - before.numTensors).toBeLessThanOrEqual(1)
    before = backendNow()
  })

  it('a recording inside of a recording', () => {
    expect(() => device.rehearse(() => device.rehearse(() => undefined))).toThrow('inside of a recording')
  })

  it('an error of the work itself goes through', () => {
    const fails = () => {
      throw new Error('of its own')
    }
    expect(() => device.rehearse(fails)).toThrow('of its own')
    const { rehearsed } = device.rehearse(() => undefined)
    expect(() => device.record(rehearsed, fails)).toThrow('of its own')
  })
})
