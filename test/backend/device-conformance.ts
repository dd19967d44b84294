import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Device } from '../../src/backend/device.js'
import { currentDevice, installDevice } from '../../src/backend/devices/index.js'
import { plainDevice } from '../../src/backend/devices/plain.js'
import { useBackend, type BackendName } from '../../src/backend/index.js'
import type { KernelName } from '../../src/backend/kernel-table.js'
import { optimizer } from '../../src/train/optimizer.js'
import type { Update } from '../../src/train/transforms.js'
import { onVectors, type Vectors } from '../../src/nn/vectors.js'
import { relativeError } from '../helpers/numeric.js'
import { drawn, samples } from './device-samples.js'

const numbersOf = (work: () => tf.Tensor[]): { shape: number[]; values: Float32Array }[] => {
  const before = tf.memory().numTensors
  const results = tf.tidy(work)
  const numbers = results.map((tensor) => ({
    shape: tensor.shape,
    values: tensor.dataSync<'float32'>().slice(),
  }))
  tf.dispose(results)
  expect(tf.memory().numTensors, 'tensors that are left').toBe(before)
  return numbers
}

/**
 * What every device must do, on a sample of numbers: each kernel that it has gives what operations on backend cpu
 * give, sums and steps in place come to the same, and what is left out is composed. Give the device of a backend
 * that is not registered in `devices/`.
 */
export function deviceConforms(backend: BackendName, device?: Device): void {
  let [subject, undo] = [device, () => undefined as unknown]
  beforeAll(async () => {
    await useBackend('cpu')
    await useBackend(backend)
    subject ??= currentDevice()
  })
  afterAll(() => undo())

  /** Runs work on the subject, and by operations on backend cpu. */
  const onBoth = async <T>(work: () => T): Promise<[got: T, want: T]> => {
    await tf.setBackend('cpu')
    undo = installDevice('cpu', plainDevice('cpu'))
    const want = work()
    undo()
    await tf.setBackend(backend)
    undo = device ? installDevice(backend, device) : () => undefined
    const got = work()
    undo()
    return [got, want]
  }

  const agrees = async (work: () => tf.Tensor[]): Promise<void> => {
    const [got, want] = await onBoth(() => numbersOf(work))
    expect(got.map(({ shape }) => shape)).toEqual(want.map(({ shape }) => shape))
    got.forEach(({ values }, i) =>
      expect(relativeError(values, want[i]!.values), `result ${i}`).toBeLessThan(1e-4),
    )
  }

  describe('kernels', () => {
    it.each(Object.entries(samples))('%s, or what is composed in its place', (_, sample) => agrees(sample))

    it('are called where the device says that it has them', async () => {
      const called = new Set<string>()
      const inner = subject!
      const watched: Device = {
        ...inner,
        run(kernel, inputs, attrs) {
          called.add(kernel)
          return inner.run(kernel, inputs, attrs)
        },
      }
      await tf.setBackend(backend)
      undo = installDevice(backend, watched)
      for (const sample of Object.values(samples)) numbersOf(sample)
      undo()
      // Sums are asked of TensorFlow.js, whose kernel is the device's.
      const had = (Object.keys(samples) as KernelName[]).filter((name) => inner.has(name) && name !== 'Sum')
      expect([...called]).toEqual(expect.arrayContaining(had))
    })
  })

  describe('numbers in place', () => {
    const x = () => drawn<tf.Tensor2D>('x', 4, 3)
    const y = () => drawn<tf.Tensor2D>('y', 4, 3)

    it('sums and products come to the same, or are refused and change nothing', async () => {
      await agrees(() => {
        const [sum, product] = [x(), x()]
        const added = currentDevice().addTo(sum, y())
        const scaled = currentDevice().scale(product, 0.3)
        return [added ? sum : tf.add(sum, y()), scaled ? product : tf.mul(product, 0.3)]
      })
    })

    it('a view of numbers reads and writes the tensor', async () => {
      await onBoth(() => {
        const { numbers } = currentDevice()
        if (!numbers) return
        const tensor = x()
        expect(numbers(tensor)).toEqual(tensor.dataSync())
        numbers(tensor)[5] = 7
        expect(tensor.dataSync()[5]).toBe(7)
        tensor.dispose()
      })
    })

    it('keeps no array that it says it copies', async () => {
      await onBoth(() => {
        const array = Float32Array.of(1, 2, 3)
        const tensor = tf.tensor1d(array)
        array[0] = 9
        if (currentDevice().copiesArrays) expect(tensor.dataSync()[0]).toBe(1)
        tensor.dispose()
      })
    })
  })

  describe('steps', () => {
    it.each(['sgd', 'adam'] as const)('%s with decay, threshold, rate and scale', (rule) =>
      agrees(() => {
        const stepped = optimizer({ optimizer: rule, momentum: 0.9, beta2: 0.99 })
        const arrays = new Map<string, tf.Tensor>(
          ['a', 'b'].map((name) => [name, tf.keep(drawn(name, 5, 3))]),
        )
        const store = {
          get: (name: string) => arrays.get(name)!,
          set(name: string, tensor: tf.Tensor) {
            arrays.get(name)!.dispose()
            arrays.set(name, tf.keep(tensor))
          },
        }
        for (let step = 0; step < 3; step++) {
          const updates: Update[] = [
            { name: 'a', gradient: drawn(`g${step}`, 5, 3), decay: 0.1, threshold: 0.02 },
            { name: 'b', gradient: drawn(`h${step}`, 5, 3), rate: 0.5 },
          ]
          stepped.step(store, updates, 0.05, 0.7)
        }
        stepped.dispose()
        const results = [...arrays.values()].map((tensor) => tf.clone(tensor))
        tf.dispose([...arrays.values()])
        return results
      }),
    )

    it('averages and norms', () =>
      agrees(() => {
        const { steps } = currentDevice()
        const [average, observed] = [drawn('average', 7), drawn('observed', 7)]
        if (!steps) {
          const blended = tf.add(average, tf.mul(tf.sub(observed, average), 0.1))
          return [blended, tf.sum(tf.square(tf.concat([observed, blended])))]
        }
        steps.blend([{ average, observed }], 0.1)
        return [average, tf.scalar(steps.squaredNorm([observed, average]))]
      }))
  })

  it('arithmetic on vectors, compiled where it can be, gives the same at every run', () =>
    agrees(() => {
      const [into, x] = [tf.zeros<tf.Rank.R1>([5]), drawn<tf.Tensor1D>('v', 5)]
      const act = <V>(v: Vectors<V>): tf.Tensor1D => v.put(into, v.add(v.mul(v.from(x), 2), v.sum(v.from(x))))
      const compiled = currentDevice().compile?.(act)
      if (!compiled) return [tf.clone(onVectors(act))]
      compiled.run()
      compiled.run()
      compiled.dispose()
      return [into]
    }))

  it('what is recorded gives the same on other numbers, where work can be recorded', () =>
    agrees(() => {
      const { recorder } = currentDevice()
      const [first, second] = [drawn('first', 2, 5, 5, 3), drawn('second', 2, 5, 5, 3)]
      const kernel = drawn('kernel', 1, 1, 3, 4)
      const work = (x: tf.Tensor) => tf.tidy(() => tf.relu(tf.conv2d(x as tf.Tensor4D, kernel, 1, 'same')))
      if (!recorder) return [work(second)]
      const { result, rehearsed } = recorder.rehearse(() => work(first))
      expect(rehearsed.leastBytes()).toBeGreaterThan(0)
      const { result: recorded, tape } = recorder.record(rehearsed, () => work(first))
      recorder.view(recorder.placeOf(first), first.size).set(second.dataSync())
      tape.replay()
      const replayed = tf.tensor(recorded.dataSync<'float32'>().slice(), recorded.shape)
      tf.dispose([result, recorded])
      recorder.erase(tape)
      return [replayed]
    }))
}
