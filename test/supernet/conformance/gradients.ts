import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { terms } from '../../../src/registry.js'
import { layerGates } from '../../../src/search/gates/layer-gates.js'
import type { SupernetModel } from '../../../src/supernet/model.js'
import { relaxations } from '../../../src/supernet/relaxations/index.js'
import type { GateGroup } from '../../../src/supernet/types.js'
import { batching } from '../../../src/train/batching.js'
import { disposeGradients } from '../../../src/train/gradient-memory.js'
import { batchGradients } from '../../../src/train/gradients.js'
import { modelNetwork } from '../../../src/train/network.js'
import { numericGradient, relativeError } from '../../helpers/numeric.js'
import { modelOf } from '../../helpers/trials.js'
import { build, dataOf, type table, trial, withoutLeaks, type Instance } from './table.js'

type Tried = ReturnType<typeof trial>

/** The batch's weighted losses, in float64, and the gradients of α by group. */
function lossAndGradients(model: SupernetModel, { data, loss, config, random }: Tried, alphas: string[]) {
  const [shard] = batching(data, data.splits.train, config.search, random, 'search').at(0)
  const reconstruction = 'reconstruction' in model.supernet.graph.outputs ? 0.5 : 0
  const gradients = batchGradients(
    modelNetwork(model),
    data.dataset.shape,
    [shard!],
    { task: 1, reconstruction, loss },
    { weights: [], alphas },
    { draws: { seed: random.seed, purpose: 'test', t: 0 } },
  )
  const { losses } = gradients
  const value = losses.task!.dataSync()[0]! + reconstruction * (losses.reconstruction?.dataSync()[0] ?? 0)
  const byGroup = new Map([...gradients.alphas].map(([name, g]) => [name, g.dataSync<'float32'>().slice()]))
  disposeGradients(gradients)
  return { value, byGroup }
}

/** Groups of every kind: all of them where that is cheap, else of each kind one in the middle. */
function sampled(instance: Instance): GateGroup[] {
  const { groups } = build(instance)
  if (isSmooth(instance)) return [...groups]
  const kinds = [...new Set(groups.map(({ kind }) => kind))]
  return kinds.map((kind) => {
    const all = groups.filter((group) => group.kind === kind)
    return all[Math.floor(all.length / 2)]!
  })
}

const isSmooth = ({ options }: Instance): boolean => 'activation' in options

/** How far α's gradient is from finite differences, and how long it is. */
function gradientError(tried: Tried, group: string) {
  const model = modelOf(tried)
  const { byGroup } = lossAndGradients(model, tried, [group])
  const alpha = model.alphaValues().get(group)!
  const wanted = numericGradient(
    (values) => {
      model.setAlpha(group, tf.tensor1d(values))
      return lossAndGradients(model, tried, [group]).value
    },
    alpha,
    1e-3,
  )
  model.dispose()
  return { error: relativeError(byGroup.get(group)!, wanted), norm: Math.hypot(...wanted) }
}

/** That α and weights of some instances have the gradients of finite differences. */
export function gradientsConform(of: typeof table): void {
  const cases = of.flatMap(([name, instance]) =>
    (['gates', 'softmax'] as const).map((relaxation) => [name, relaxation, instance] as const),
  )

  describe.each(cases)('%s with relaxation %s', (_name, relaxation, instance) => {
    const data = dataOf(instance, 8)
    const seeded = (seed: number) =>
      trial(instance, data, { seed, relaxation, search: { batch: 8, gates: { noise: 0.3 } } })

    it('has the α gradients of finite differences', async () => {
      const tolerance = isSmooth(instance) ? 0.003 : 0.03
      await withoutLeaks(() => {
        for (const { name } of sampled(instance)) {
          let best = { error: Infinity, norm: 0 }
          // ReLUs and maxima that change sides within a difference leave an error; other draws tell.
          for (let seed = 1; seed <= 6 && best.error > tolerance; seed++) {
            const result = gradientError(seeded(seed), name)
            if (result.error < best.error) best = result
          }
          expect(best.norm, name).toBeGreaterThan(1e-4)
          expect(best.error, name).toBeLessThan(tolerance)
        }
      })
    })

    it('has mixture weights that sum to each group’s total', () => {
      const model = modelOf(seeded(1))
      const values = model.gateValues()
      for (const { name, members, total } of model.supernet.groups) {
        const own = Object.values(values[name]!)
        expect(own).toHaveLength(members.length)
        expect(members.every(({ empty }, i) => own[i]! > 0 || (empty && own[i] === 0))).toBe(true)
        expect(own.reduce((a, b) => a + b)).toBeCloseTo(total, 5)
      }
      model.dispose()
    })

    it('changes neither loss nor any term along α’s free direction', () => {
      const tried = seeded(1)
      const model = modelOf(tried)
      const { groups } = model.supernet
      const layers = [...new Set(groups.map(({ layer }) => layer))]
      const measure = () => ({
        loss: lossAndGradients(model, tried, [groups[0]!.name]).value,
        terms: terms.flatMap(({ name, gates }) =>
          gates && !gates.refuses?.(relaxations[relaxation])
            ? layers.map((layer) => {
                const value = tf.tidy(() => gates.value(layerGates(model, layer, () => 1)).dataSync()[0]!)
                return [`${name} of ${layer}`, value] as const
              })
            : [],
        ),
      })
      const before = measure()
      for (const { name } of groups)
        model.setAlpha(
          name,
          // A factor for free gates; for softmax, which ignores it, a common summand.
          tf.tidy(() =>
            relaxation === 'gates'
              ? tf.mul<tf.Tensor1D>(model.alpha(name), 7.3)
              : tf.add<tf.Tensor1D>(model.alpha(name), 1.5),
          ),
        )
      const after = measure()
      expect(Math.abs(after.loss - before.loss) / before.loss).toBeLessThan(2e-5)
      expect(before.terms.length).toBeGreaterThan(0)
      after.terms.forEach(([what, value], i) =>
        expect(Math.abs(value - before.terms[i]![1]) / Math.max(1, value), what).toBeLessThan(1e-5),
      )
      model.dispose()
    })
  })
}
