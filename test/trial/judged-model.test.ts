import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { withJudgedModel } from '../../src/trial/judged-model.js'
import { runTrial } from '../../src/trial/trial.js'
import { evaluateNetwork } from '../../src/trial/evaluate-network.js'
import { tinyCells, tinyMlp } from '../runs/helper.js'

const trialOf = (config: object) => setupTrial(resolveConfig(config), '.')
const hooks = { emit: () => undefined }
const untrained = () => Promise.reject(new Error('not trained again'))

test.each([
  ['images', tinyCells],
  ['a table', { ...tinyMlp, schedule: 'none' }],
])('inputs that are disturbed by nothing give the same outputs: %s', async (_, config) => {
  const trial = await trialOf({ ...config, criteria: [{ metric: 'under-noise', amount: 0, atLeast: 0 }] })
  const { graph, values, metrics } = await runTrial(trial, hooks)
  await withJudgedModel(trial, { graph, values }, untrained, ({ outputs }) => {
    const rows = trial.data.splits.test
    const changed = outputs(rows, () => undefined)
    expect(Math.max(...outputs(rows).map((value, i) => Math.abs(value - changed[i]!)))).toBeLessThan(1e-4)
    expect([...outputs(rows, (inputs) => inputs.fill(0))]).not.toEqual([...changed])
    return Promise.resolve()
  })
  expect(metrics.criteria.results[0]!.value).toBeCloseTo(metrics.test.final!, 5)
})

test('latency and file size are those of the model that is written', async () => {
  const wanted = ['file-bytes', 'latency-p50', 'latency-p95'].map((metric) => ({ metric, atMost: 1e6 }))
  const { metrics } = await runTrial(await trialOf({ ...tinyMlp, criteria: wanted }), hooks)
  const [bytes, p50, p95] = metrics.criteria.results.map(({ value }) => value!)
  expect(bytes).toBeGreaterThan(4 * metrics.derived.parameters)
  expect(p50).toBeGreaterThan(0)
  expect(p95).toBeGreaterThanOrEqual(p50!)
})

test('calibration divides logits, which changes no class and lowers the cross-entropy on validation', async () => {
  const run = (more: object) => {
    const config = { ...tinyCells, retrain: { ...tinyCells.retrain, ...more }, criteria: [] }
    return trialOf(config).then(async (trial) => ({ trial, ...(await runTrial(trial, hooks)) }))
  }
  const [plain, scaled] = [await run({}), await run({ calibration: 'temperature' })]
  const temperature = scaled.metrics.retrain.temperature!
  expect(plain.metrics.retrain.temperature).toBeUndefined()
  expect(scaled.metrics.test.final).toBe(plain.metrics.test.final)
  const entropy = ({ trial, graph, values }: typeof plain) =>
    evaluateNetwork(trial, { graph, values }, { split: 'validation', metric: 'cross-entropy' })!
  expect(entropy(scaled)).toBeLessThan(entropy(plain))
  expect(Math.abs(Math.log(temperature))).toBeGreaterThan(0.01)
})
