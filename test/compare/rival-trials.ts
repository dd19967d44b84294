import { randomSource } from '../../src/base/random.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { fromArrays, fromRecords } from '../../src/library/data.js'
import { extensionsIn, setupTrial } from '../../src/setup/setup-trial.js'
import type { Trial } from '../../src/trial/types.js'

export const hooks = { emit: () => undefined }
export const options = { setUp: (config: Parameters<typeof setupTrial>[0]) => setupTrial(config, '.') }

/** A trial on `concrete`, of which 200 rows. */
export const tableTrial = (changes: object = {}, seed = 1) =>
  trialOf({
    data: { source: 'concrete', limit: 200 },
    supernet: { space: 'mlp-cell', options: { blocks: 2, width: 8, hidden: 12 } },
    search: { steps: 80, batch: 32 },
    retrain: { steps: 200, batch: 32 },
    seed,
    ...changes,
  })

/** Two classes, within a ring and beyond it, and a number that says nothing. */
export function ringTrial() {
  const draw = randomSource(6).stream('ring')
  const records = Array.from({ length: 160 }, () => {
    const [x, y, noise] = [draw.normal(), draw.normal(), draw.normal()]
    return { x, y, noise, where: Math.hypot(x, y) < 1.18 ? 'within' : 'beyond' }
  })
  const { data, given } = fromRecords(records, 'where')
  return trialOf({ data, supernet: { space: 'mlp-cell' }, split: { by: 'stratified' } }, given)
}

/** Sines of two frequencies and any phase, in noise, beside a channel of noise. */
function sines() {
  const draw = randomSource(5).stream('sines')
  const labels = Array.from({ length: 120 }, (_, i) => ['slow', 'fast'][i % 2]!)
  const x = labels.map((label) => {
    const phase = 6.28 * draw.uniform()
    const frequency = label === 'slow' ? 0.4 : 0.55
    return Array.from({ length: 40 }, (_, t) => [
      Math.sin(frequency * t + phase) + draw.normal(),
      draw.normal(),
    ])
  })
  return fromArrays(x, labels)
}

export async function seriesTrial() {
  const { data, given } = sines()
  return trialOf(
    { data, supernet: { space: 'temporal-conv' }, split: { by: 'stratified' }, schedule: 'none' },
    given,
  )
}

export const imageTrial = () =>
  trialOf({
    data: { source: 'digits', limit: 200 },
    supernet: { space: 'darts-cell', options: { cells: 2, channels: 4 } },
    search: { steps: 20 },
    retrain: { steps: 60 },
    schedule: 'none',
  })

export async function trialOf(config: object, given?: ReturnType<typeof sines>['given']): Promise<Trial> {
  return setupTrial(
    resolveConfig({ schedule: 'none', ...config }),
    '.',
    extensionsIn({ ...(given && { given }) }),
  )
}
