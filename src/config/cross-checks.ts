import type { Config } from './config-schema.js'
import type { Problem } from './problems.js'

/** What the schema alone cannot say: keys that need, or exclude, one another. Empty where all is well. */
export function crossCheck(config: Config): Problem[] {
  return [
    ...backendProblems(config),
    ...dataProblems(config.data),
    ...splitProblems(config.split),
    ...criteriaProblems(config.criteria),
  ]
}

const at = (path: string, text: string): Problem => ({ path: path.split('.'), text })

function backendProblems({ backend, relaxedSimd }: Config): Problem[] {
  if (!relaxedSimd || backend === 'wasm') return []
  return [at('relaxedSimd', `only for backend wasm, got backend ${backend}`)]
}

function dataProblems(data: Config['data']): Problem[] {
  if ((data.source === undefined) === (data.file === undefined)) {
    const got = data.source === undefined ? 'neither' : 'both'
    return [at('data', `expected exactly one of source (a bundled data set) and file, got ${got}`)]
  }
  const problems: Problem[] = []
  if (data.file !== undefined) {
    if (data.target === undefined)
      problems.push(at('data.target', 'expected the column to predict, got nothing'))
    if (data.kind === 'images' && data.image === undefined) {
      problems.push(at('data.image', 'expected height, width and channels of the images, got nothing'))
    }
    if (data.kind === 'series' && data.window === undefined) {
      problems.push(at('data.window', 'expected the time steps that the model sees, got nothing'))
    }
    if (data.task === 'forecasting' && data.window === undefined && data.kind !== 'series') {
      problems.push(at('data.task', 'forecasting needs a series: expected data.window, got nothing'))
    }
  }
  const kind =
    data.kind ?? (data.image !== undefined ? 'images' : data.window !== undefined ? 'series' : undefined)
  if (data.image !== undefined && kind !== 'images') {
    problems.push(at('data.image', `only for kind images, got kind ${kind}`))
  }
  if (data.window !== undefined && kind !== 'series') {
    problems.push(at('data.window', `only for kind series, got kind ${kind}`))
  }
  return problems
}

function splitProblems(split: Config['split']): Problem[] {
  const { by, column, block, train, arch, validation, test } = split
  const problems: Problem[] = []
  if (by === 'group' && column === undefined) {
    problems.push(at('split.column', 'expected the column that says which group, got nothing'))
  }
  if (column !== undefined && by !== 'group' && by !== 'time') {
    problems.push(at('split.column', `only for split.by group and time, got by ${by}`))
  }
  if (by === 'block' && block === undefined) {
    problems.push(at('split.block', 'expected the rows in a block that stay together, got nothing'))
  }
  if (block !== undefined && by !== 'block') {
    problems.push(at('split.block', `only for split.by block, got by ${by}`))
  }
  if (train === 0) problems.push(at('split.train', 'expected number > 0 and ≤ 1, got 0'))
  const sum = train + arch + validation + test
  if (Math.abs(sum - 1) > 1e-6) {
    const parts = `${train} + ${arch} + ${validation} + ${test}`
    problems.push(
      at('split', `expected train + arch + validation + test = 1, got ${parts} = ${Number(sum.toFixed(6))}`),
    )
  }
  return problems
}

function criteriaProblems(criteria: Config['criteria']): Problem[] {
  return criteria.flatMap(({ metric, atLeast, atMost }, index) => {
    const path = `criteria.${index}`
    if (atLeast === undefined && atMost === undefined) {
      return [at(path, `expected atLeast or atMost for ${metric}, got neither`)]
    }
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
      return [at(path, `expected atLeast ≤ atMost, got atLeast ${atLeast} and atMost ${atMost}`)]
    }
    return []
  })
}
