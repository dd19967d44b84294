import { expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { bestCalibration } from '../../src/objective/calibration.js'

it('the temperature and offsets that distorted logits lack are found', () => {
  const random = randomSource(11).stream('made', '', 0)
  const odds = Array.from({ length: 20_000 }, () => 5 * random.uniform() - 4)
  const targets = odds.map((z) => (random.uniform() < 1 / (1 + Math.exp(-z)) ? 1 : 0))
  // True log-odds z are shown as 0.4 z + 1.5, so that z = shown / 0.4 − 1.5 / 0.4.
  const logits = odds.flatMap((z) => [0, 0.4 * z + 1.5])
  const { temperature, offsets } = bestCalibration(logits, targets, 2)
  expect(Math.abs(temperature - 0.4)).toBeLessThan(0.03)
  expect(Math.abs(offsets[1]! - offsets[0]! + 1.5 / 0.4)).toBeLessThan(0.3)
})
