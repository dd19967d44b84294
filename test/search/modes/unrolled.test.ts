import { describe, expect, it } from 'vitest'
import { InputError } from '../../../src/base/errors.js'
import { unrolledGradients } from '../../../src/search/modes/unrolled.js'
import { supernetBuilder } from '../../../src/supernet/builder.js'
import { disposeGradients } from '../../../src/train/gradient-memory.js'
import { batchGradients } from '../../../src/train/gradients.js'
import { modelNetwork } from '../../../src/train/network.js'
import { total } from '../../helpers/gates.js'
import { numericGradient, relativeError } from '../../helpers/numeric.js'
import { bytesOf, modelOf, searched, tinyMlp, trialOf, vectorData } from '../../helpers/trials.js'
import { tensorCounter } from '../../setup/tensors.js'

/** y = p₀ (w₀·x + b₀) + p₁ (w₁·x + b₁) with p = softmax(α). */
function linearChoice() {
  const s = supernetBuilder([5], 'l')
  const b = s.root
  const members = { a: b.within('a').dense(b.input, 1), b: b.within('b').dense(b.input, 1) }
  b.output('task', s.node(b.within('sum'), members, { name: 'sum', layer: 'l', keep: 1 }))
  return s.finish({ space: 'autoencoder-mlp', options: {}, outputs: 1 })
}

describe('the unrolled gradient', () => {
  const trial = trialOf(vectorData({ train: 12, arch: 8, validation: 4 }), linearChoice(), {
    relaxation: 'softmax',
    search: { gates: { noise: 0.5 } },
  })
  const { data, loss } = trial
  const shardOf = (rows: Uint32Array) => ({
    inputs: Float32Array.from([...rows].flatMap((row) => [...data.inputs.subarray(row * 5, row * 5 + 5)])),
    targets: Float32Array.from(rows, (row) => data.targets[row]!),
    rows: rows.length,
  })
  const [train, arch] = [shardOf(data.splits.train), shardOf(data.splits.arch)]

  /** All weights, w₀ b₀ w₁ b₁, and the mean squared error with its gradient for them, in float64. */
  function exact(w: readonly number[], alpha: readonly number[], { inputs, targets, rows }: typeof train) {
    const raised = alpha.map((a) => Math.exp(a))
    const p = raised.map((v) => v / total(raised))
    const gradient = w.map(() => 0)
    let value = 0
    for (let n = 0; n < rows; n++) {
      const x = [...inputs.subarray(n * 5, n * 5 + 5), 1]
      const y = p.map((_, m) => total(x.map((v, i) => v * w[m * 6 + i]!)))
      const error = total(y.map((v, m) => v * p[m]!)) - targets[n]!
      value += error ** 2 / rows
      p.forEach((share, m) => x.forEach((v, i) => (gradient[m * 6 + i]! += (2 * error * share * v) / rows)))
    }
    return { value, gradient }
  }

  it.each([0.2, 0.4])(
    'is the derivative of the loss one step of %f ahead, and leaves the weights',
    (rate) => {
      const model = modelOf(trial)
      const before = bytesOf(model)
      const weights = model.weights.values()
      const w = ['a', 'b'].flatMap((m) => [
        ...weights.get(`${m}/dense:kernel`)!,
        ...weights.get(`${m}/dense:bias`)!,
      ])
      const alpha = model.alphaValues().get('sum')!
      const ahead = (a: Float32Array) => {
        const { gradient } = exact(w, [...a], train)
        return exact(
          w.map((v, i) => v - rate * gradient[i]!),
          [...a],
          arch,
        ).value
      }
      const wanted = numericGradient(ahead, alpha, 1e-3)
      const plain = numericGradient((a) => exact(w, [...a], arch).value, alpha, 1e-3)

      const newTensors = tensorCounter()
      const pass = (shard: typeof train) => (parts: readonly string[]) =>
        batchGradients(
          modelNetwork(model),
          [5],
          [shard],
          { task: 1, reconstruction: 0, loss },
          {
            weights: parts.includes('weights') ? [...weights.keys()] : [],
            alphas: parts.includes('gates') ? ['sum'] : [],
          },
        )
      const found = unrolledGradients(model.weights, rate, { train: pass(train), arch: pass(arch) })
      const got = [...found.alphas.get('sum')!.dataSync()]
      disposeGradients(found)
      expect(newTensors()).toBe(0)
      expect(relativeError(got, wanted)).toBeLessThan(2e-3)
      expect(relativeError(plain, wanted)).toBeGreaterThan(0.02)
      expect(bytesOf(model)).toEqual(before)
      model.dispose()
    },
  )
})

describe('a search in mode unrolled', () => {
  const make = (mode: string, rows = { train: 16, arch: 8, validation: 8 }) =>
    trialOf(vectorData(rows), tinyMlp(), {
      search: { epochs: 3, mode, weights: { learningRate: 0.05 }, gates: { travel: 20 } },
    })

  it('frees what it allocated, resumes to the same bits, and is not first order', async () => {
    const newTensors = tensorCounter()
    const { model, checkpoints } = await searched(make('unrolled'))
    const whole = bytesOf(model)
    model.dispose()
    expect(newTensors()).toBe(0)
    for (const [mode, same] of [
      ['unrolled', true],
      ['alternating', false],
    ] as const) {
      const { model: again } = await searched(make(mode), checkpoints[0])
      expect(JSON.stringify(bytesOf(again)) === JSON.stringify(whole)).toBe(same)
      again.dispose()
    }
  })

  it('needs rows for the gates', async () => {
    await expect(searched(make('unrolled', { train: 16, arch: 0, validation: 8 }))).rejects.toThrow(
      'config.search.mode: unrolled trains gates on the split arch, which is empty',
    )
    await expect(searched(make('unrolled', { train: 16, arch: 0, validation: 8 }))).rejects.toThrow(
      InputError,
    )
  })
})
