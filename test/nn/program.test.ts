import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import type { Graph } from '../../src/nn/graph.js'
import { peakBytes, planMemory } from '../../src/nn/memory.js'
import { compileProgram, segmentsOf } from '../../src/nn/program.js'
import { backendsThatLoad } from '../helpers/backends.js'
import { gradientsOf, normals, outputOf, randomValues } from '../helpers/networks.js'
import { numericGradient, relativeError, dot } from '../helpers/numeric.js'
import { spaceNet } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

const random = randomSource(5)
const operations = ['none', 'max-pool-3x3', 'avg-pool-3x3', 'skip', 'sep-conv-3x3', 'dil-conv-5x5']

/** A supernet of three cells with every kind of fused node, and numbers to run it on. */
function cells() {
  const { graph, groups } = spaceNet(
    'darts-cell',
    { cells: 3, channels: 3, nodes: 2, inputs: 1, reductions: [1], operations },
    [6, 6, 2],
    3,
  )
  const rows = 3
  const gates = Object.fromEntries(
    groups.map(({ name, members }) => [name, members.map((_, m) => 0.1 + ((m * 7) % 5) / 5)]),
  )
  const numbers = {
    input: normals(random, 'input', rows * 72),
    parameters: randomValues(graph, random),
    gates,
    training: true,
  }
  return { graph, numbers, upstream: normals(random, 'dy', rows * 3) }
}

const allSegments = (graph: Graph, trained: ReadonlySet<string>) =>
  new Set(segmentsOf(graph, { roles: ['task'], trained }).keys())
const everything = (graph: Graph) => new Set(graph.nodes.map(({ id }) => id))

const loading = await backendsThatLoad(['wasm', 'cpu', 'tensorflow'])

describe.each(loading)('a training pass on %s', (backend) => {
  beforeAll(() => useBackend(backend))

  it('has the same bits whatever is computed again', () => {
    const { graph, numbers, upstream } = cells()
    const segments = [...allSegments(graph, everything(graph))]
    const kept = gradientsOf(graph, 'task', numbers, upstream)
    expect(kept.size).toBeGreaterThan(50)
    for (const again of [segments, segments.filter((i) => i % 2 === 1)]) {
      const newTensors = tensorCounter()
      const got = gradientsOf(graph, 'task', numbers, upstream, new Set(again))
      expect(newTensors()).toBe(0)
      expect([...got.keys()]).toEqual([...kept.keys()])
      for (const [name, values] of got) expect(values, name).toEqual(kept.get(name))
    }
  })

  it('has the gradients of finite differences behind batch norm, ReLU and depthwise convolution', () => {
    const b = graphBuilder([5, 5, 2], 'l')
    const x = b.conv(b.input, { channels: 2, kernel: 1 })
    const y = b.depthwise(b.activation(b.batchNorm(x, { affine: false }), 'relu'), { kernel: 3, dilation: 2 })
    b.output(
      'task',
      b.node('mix', [b.batchNorm(y, { affine: false }), y], { group: 'g', members: ['a', 'b'] }),
    )
    const graph = b.graph()
    expect(kindsOf(graph)).toEqual(['input', 'conv', 'activated-depthwise', 'normalised-mix'])

    const numbers = {
      input: normals(random, 'x', 100),
      parameters: randomValues(graph, random),
      gates: { g: [0.3, 0.9] },
      training: true,
    }
    const upstream = normals(random, 'upstream', 100)
    const got = gradientsOf(graph, 'task', numbers, upstream)
    const loss = (changed: object) => dot(outputOf(graph, 'task', { ...numbers, ...changed }), upstream)
    const ofKernel = (name: string) =>
      numericGradient(
        (values) => loss({ parameters: new Map([...numbers.parameters, [name, values]]) }),
        numbers.parameters.get(name)!,
      )
    for (const name of ['conv:kernel', 'depthwise:kernel'])
      expect(relativeError(got.get(name)!, ofKernel(name)), name).toBeLessThan(0.02)
    const ofGates = numericGradient((g) => loss({ gates: { g: [...g] } }), Float32Array.of(0.3, 0.9))
    expect(relativeError(got.get('gates/g')!, ofGates)).toBeLessThan(0.01)
    const ofInput = numericGradient((input) => loss({ input }), numbers.input)
    expect(relativeError(got.get('input:gradient')!, ofInput)).toBeLessThan(0.02)
  })

  it('has the gradients of finite differences where edges begin alike', () => {
    const b = graphBuilder([5, 5, 2], 'l')
    const x = b.conv(b.input, { channels: 2, kernel: 1 })
    const edge = (name: string) => {
      const e = b.within(name)
      const filtered = e.depthwise(e.activation(x, 'relu'), { kernel: 3 })
      const conv = e.conv(e.activation(x, 'relu'), { channels: 2, kernel: 1 })
      const pooled = [e.avgPool(x, { kernel: 3 }), e.maxPool(x, { kernel: 3 })]
      return e.node('mix', [...pooled, conv, filtered], { group: name, members: ['a', 'm', 'c', 'f'] })
    }
    b.output('task', b.add([edge('first'), edge('second')]))
    const graph = b.graph()
    const kinds = kindsOf(graph)
    const count = (kind: string) => kinds.filter((each) => each === kind).length
    expect(['avg-pool', 'max-pool', 'activation', 'conv', 'mix'].map(count)).toEqual([1, 1, 1, 3, 2])

    const numbers = {
      input: normals(random, 'x', 100),
      parameters: randomValues(graph, random),
      gates: { first: [0.3, 0.9, 0.5, 0.6], second: [0.7, 0.2, 0.4, 0.8] },
      training: true,
    }
    const upstream = normals(random, 'upstream', 100)
    const got = gradientsOf(graph, 'task', numbers, upstream)
    const loss = (changed: object) => dot(outputOf(graph, 'task', { ...numbers, ...changed }), upstream)
    const kernel = numbers.parameters.get('conv:kernel')!
    const ofKernel = numericGradient(
      (values) => loss({ parameters: new Map([...numbers.parameters, ['conv:kernel', values]]) }),
      kernel,
    )
    expect(relativeError(got.get('conv:kernel')!, ofKernel)).toBeLessThan(0.02)
    const ofGates = numericGradient(
      (g) => loss({ gates: { ...numbers.gates, second: [...g] } }),
      Float32Array.from(numbers.gates.second),
    )
    expect(relativeError(got.get('gates/second')!, ofGates)).toBeLessThan(0.01)
  })
})

const kindsOf = (graph: Graph) =>
  segmentsOf(graph, { roles: ['task'], trained: everything(graph) })
    .flat()
    .map(({ kind }) => kind)

it('fuses nothing where nothing is trained', () => {
  const { graph } = cells()
  const plain = segmentsOf(graph, { roles: ['task'] }).flat()
  expect(plain.map(({ kind }) => kind)).not.toContain('normalised-mix')
  expect(kindsOf(graph)).toContain('normalised-mix')
})

describe('memory', () => {
  const { graph } = cells()
  const options = { roles: ['task'], trained: everything(graph) }

  it('grows with the rows, and shrinks with what is computed again', () => {
    const plain = compileProgram(graph, options)
    const lean = compileProgram(graph, { ...options, again: allSegments(graph, options.trained) })
    expect(peakBytes(plain, 8)).toBe(8 * peakBytes(plain, 1))
    expect(peakBytes(lean, 1)).toBeLessThan(0.7 * peakBytes(plain, 1))
  })

  it('plans nothing twice where all fits, as little as it takes where not, and all where nothing helps', () => {
    const most = peakBytes(compileProgram(graph, options), 1)
    expect(planMemory(graph, options, 1, most).again.size).toBe(0)
    const some = planMemory(graph, options, 1, most * 0.8)
    expect(some.peakBytes).toBeLessThanOrEqual(most * 0.8)
    expect(some.again.size).toBeGreaterThan(0)
    expect(some.again.size).toBeLessThan(allSegments(graph, options.trained).size)
    expect(planMemory(graph, options, 1, 0).again).toEqual(allSegments(graph, options.trained))
  })

  it('is what the pass really takes', async () => {
    await useBackend('wasm')
    const { numbers, upstream } = cells()
    for (const again of [new Set<number>(), allSegments(graph, options.trained)]) {
      const bytes: number[] = []
      const engine = tf.engine()
      const runKernel = engine.runKernel.bind(engine)
      const start = tf.memory().numBytes
      engine.runKernel = ((...args: Parameters<typeof runKernel>) => {
        const result = runKernel(...args)
        bytes.push(tf.memory().numBytes - start)
        return result
      }) as typeof engine.runKernel
      gradientsOf(graph, 'task', numbers, upstream, again)
      engine.runKernel = runKernel
      const parameters = [...numbers.parameters.values()].reduce((sum, values) => sum + 4 * values.length, 0)
      const planned = peakBytes(compileProgram(graph, { ...options, again }), 3)
      // Weights (as tensors of this pass), their gradients and temporaries of a few channels come on top.
      const most = Math.max(...bytes)
      expect(most).toBeGreaterThan(planned * 0.9)
      expect(most).toBeLessThan(planned * 1.15 + 3 * parameters)
    }
  })
})
