import type { Config } from './config-schema.js'
import type { Problem } from './problems.js'

/** Finds problems that the schema alone cannot express: keys that require or exclude one another. */
export function crossCheck(config: Config): Problem[] {
  return [
    ...backendProblems(config),
    ...dataProblems(config.data),
    ...splitProblems(config),
    ...lengthProblems(config),
    ...augmentProblems(config),
    ...criteriaProblems(config.criteria),
    ...costProblems(config),
  ]
}

const at = (path: string, text: string): Problem => ({ path: path.split('.'), text })

function backendProblems({ backend, relaxedSimd }: Config): Problem[] {
  if (!relaxedSimd || backend === 'wasm') return []
  return [at('relaxedSimd', `only for backend wasm, got backend ${backend}`)]
}

function dataProblems(data: Config['data']): Problem[] {
  const given = (['source', 'file', 'channels'] as const).filter((key) => data[key] !== undefined)
  if (given.length !== 1) {
    const got = given.length === 0 ? 'none' : given.join(' and ')
    return [at('data', `expected exactly one of source (a bundled data set), file and channels, got ${got}`)]
  }
  return [...kindProblems(data), ...fileProblems(data)]
}

function kindProblems(data: Config['data']): Problem[] {
  const problems: Problem[] = []
  if (data.thousands !== undefined && data.thousands === (data.decimal ?? '.')) {
    const remedy = data.decimal === undefined ? '; is config.data.decimal ","?' : ''
    problems.push(
      at(
        'data.thousands',
        `expected another sign than data.decimal, got "${data.thousands}" for both${remedy}`,
      ),
    )
  }
  if (data.source === undefined) {
    if (data.kind === 'series' && data.window === undefined) {
      problems.push(at('data.window', 'expected the time steps that the model sees, got nothing'))
    }
    if (data.task === 'forecasting' && data.window === undefined && data.kind !== 'series') {
      problems.push(at('data.task', 'forecasting needs a series: expected data.window, got nothing'))
    }
  }
  const shapes = { image: 'images', sequence: 'sequences', channels: 'sequences', window: 'series' } as const
  const keys = (Object.keys(shapes) as (keyof typeof shapes)[]).filter((key) => data[key] !== undefined)
  const kind = data.kind ?? (keys[0] && shapes[keys[0]])
  for (const key of keys) {
    if (shapes[key] === kind) continue
    problems.push(at(`data.${key}`, `only for kind ${shapes[key]}, got kind ${kind}`))
  }
  return [...problems, ...seriesProblems(data, kind)]
}

function seriesProblems(data: Config['data'], kind: string | undefined): Problem[] {
  const seriesKeys = (['seriesBy', 'seriesInput', 'time', 'timeNotation', 'every'] as const).filter(
    (key) => data[key] !== undefined,
  )
  if (kind !== 'series' && data.source === undefined)
    return seriesKeys.map((key) => at(`data.${key}`, `only for kind series, got kind ${kind ?? 'table'}`))
  const needs = { seriesInput: 'seriesBy', every: 'time', timeNotation: 'time' } as const
  return seriesKeys.flatMap((key) => {
    const needed = key in needs ? needs[key as keyof typeof needs] : undefined
    if (needed === undefined || data[needed] !== undefined) return []
    return [at(`data.${key}`, `only beside data.${needed}, got none`)]
  })
}

function fileProblems({ source, file, channels, targetFile, test }: Config['data']): Problem[] {
  const problems: Problem[] = []
  if (source !== undefined) {
    for (const [key, value] of Object.entries({ targetFile, test })) {
      if (value !== undefined) problems.push(at(`data.${key}`, 'only beside data.file, got data.source'))
    }
  }
  if (channels !== undefined && test !== undefined) {
    problems.push(at('data.test', 'only beside data.file, got data.channels'))
  }
  const count = (files: string | readonly string[] | undefined) =>
    files === undefined ? 0 : typeof files === 'string' ? 1 : files.length
  const pairs = [
    { path: 'data', files: channels === undefined ? count(file) : 1, targets: count(targetFile) },
    { path: 'data.test', files: count(test?.file), targets: count(test?.targetFile) },
  ]
  for (const { path, files, targets } of pairs) {
    if (targets === 0 || targets === files || source !== undefined) continue
    problems.push(at(`${path}.targetFile`, `expected one for each of ${files} files, got ${targets}`))
  }
  if (test !== undefined && (targetFile === undefined) !== (test.targetFile === undefined)) {
    const [has, lacks] = targetFile === undefined ? ['data.test', 'data'] : ['data', 'data.test']
    problems.push(at(`${lacks}.targetFile`, `expected a file as ${has}.targetFile is one, got nothing`))
  }
  return problems
}

function splitProblems({ split, data }: Config): Problem[] {
  const { by, column, block, train, arch, validation, test } = split
  const problems: Problem[] = []
  if (by === 'group' && column === undefined && data.seriesBy === undefined) {
    problems.push(at('split.column', 'expected the column that says which group, got nothing'))
  }
  if (column !== undefined && by !== 'group' && by !== 'time') {
    problems.push(at('split.column', `only for split.by group and time, got by ${by}`))
  }
  if (by === 'time' && column !== undefined && data.time !== undefined && column !== data.time) {
    problems.push(at('split.column', `expected nothing, or ${data.time} as data.time is, got ${column}`))
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

/**
 * A stage and its early stopping have a length in steps or in epochs, not both. Early stopping requires the
 * best weights to be kept.
 */
function lengthProblems(config: Config): Problem[] {
  const { keep, earlyStop: waits } = config.retrain
  const idle = at('retrain.keep', 'expected best beside earlyStop, got last')
  const stages = (['search', 'retrain'] as const).flatMap((stage) => {
    const { steps, epochs, earlyStop } = config[stage]
    const both = steps !== undefined && epochs !== undefined
    const stop = earlyStop && (earlyStop.steps === undefined) === (earlyStop.epochs === undefined)
    return [
      ...(both ? [at(stage, `expected steps or epochs, got steps ${steps} and epochs ${epochs}`)] : []),
      ...(stop
        ? [
            at(
              `${stage}.earlyStop`,
              `expected steps or epochs, got ${earlyStop.steps === undefined ? 'neither' : 'both'}`,
            ),
          ]
        : []),
    ]
  })
  return waits && keep === 'last' ? [...stages, idle] : stages
}

function augmentProblems(config: Config): Problem[] {
  return (['search', 'retrain'] as const).flatMap((stage) => {
    const { shift, crop } = config[stage].augment ?? {}
    if (shift === undefined || crop === undefined) return []
    return [at(`${stage}.augment`, `expected shift or crop, got shift ${shift} and crop ${crop}`)]
  })
}

/** The mean cost of decisions is asked for only where decisions have costs. */
function costProblems({ objective, classes, criteria }: Config): Problem[] {
  if (classes?.costs !== undefined) return []
  const wanted = [
    ...(objective.metric === 'cost' ? ['objective.metric'] : []),
    ...criteria.flatMap(({ metric, of }, index) =>
      metric === 'cost' || of === 'cost' ? [`criteria.${index}`] : [],
    ),
  ]
  return wanted.map((path) => at(path, 'cost needs what decisions cost: expected classes.costs, got none'))
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
