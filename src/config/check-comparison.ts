import { didYouMean } from '../base/suggest.js'
import { ablated, ComparisonSchema, rivalNames, type ComparisonDocument } from './comparison-schema.js'
import type { Problem } from './problems.js'
import { throwProblems, validate, type Locate } from './validator.js'

/**
 * Validates the document of a comparison and returns it with its defaults; the given value is not changed.
 * The configurations of its trials are validated one by one (`compare/planned.ts`). Throws an InputError with
 * one line for each problem.
 */
export function checkComparison(value: unknown, locate?: Locate): ComparisonDocument {
  const document = validate(ComparisonSchema, value, 'comparison', locate)
  throwProblems(
    [
      ...nameProblems(document),
      ...methodProblems(document),
      ...seedProblems(document),
      ...preregistrationProblems(document),
      ...ablationProblems(document),
    ],
    'comparison',
    locate,
  )
  return document
}

/** Names appear in tables, in files and on terminals. */
const name = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

const nameProblems = ({ sets, methods }: ComparisonDocument): Problem[] =>
  Object.entries({ sets, methods }).flatMap(([part, named]) =>
    Object.keys(named)
      .filter((each) => !name.test(each))
      .map((each) => ({
        path: [part, each],
        text: `expected a name of letters, digits and ._-, got "${each}"`,
      })),
  )

/** Refuses methods on sets that the document lacks, and factors of anything but a grid. */
const methodProblems = ({ sets, methods }: ComparisonDocument): Problem[] => {
  const known = Object.keys(sets)
  return Object.entries(methods).flatMap(([method, given]) => {
    if (typeof given === 'string') return []
    const unknown = (given.sets ?? []).flatMap((set, i) =>
      known.includes(set)
        ? []
        : [
            {
              path: ['methods', method, 'sets', String(i)],
              text: `expected one of ${known.join(', ')}, got "${set}"${didYouMean(set, known)}`,
            },
          ],
    )
    const misplaced = given.factors !== undefined && given.rival !== 'grid'
    return misplaced
      ? [...unknown, { path: ['methods', method, 'factors'], text: 'only for rival grid' }]
      : unknown
  })
}

/**
 * Refuses seeds in configurations: the comparison sets them. Fixed splits under varying seeds would make its
 * tests overconfident.
 */
const withSeed = (path: readonly string[], part: unknown): Problem[] =>
  typeof part === 'object' && part !== null && 'seed' in part
    ? [{ path: [...path, 'seed'], text: 'unknown key, comparison.seeds says it' }]
    : []

const seedProblems = ({ base, sets }: ComparisonDocument): Problem[] => [
  ...withSeed(['base'], base),
  ...withSeed(['base', 'split'], base.split),
  ...Object.entries(sets).flatMap(([set, { split }]) => withSeed(['sets', set, 'split'], split)),
]

function preregistrationProblems({ preregistered, methods, rivals }: ComparisonDocument): Problem[] {
  if (!preregistered) return []
  const beside = rivals === 'auto' ? rivalNames : rivals === 'none' ? [] : rivals
  const known = [...new Set([...Object.keys(methods), ...beside])]
  const { method, against } = preregistered
  const problems = Object.entries({ method, against })
    .filter(([, named]) => !known.includes(named))
    .map(([key, named]) => ({
      path: ['preregistered', key],
      text: `expected one of ${known.join(', ')}, got "${named}"${didYouMean(named, known)}`,
    }))
  if (problems.length > 0 || method !== against) return problems
  return [{ path: ['preregistered', 'against'], text: `expected another method than ${method}, got it` }]
}

function ablationProblems({ ablate, methods }: ComparisonDocument): Problem[] {
  if (ablate === undefined) return []
  const { method: name } = ablated(ablate)
  const path = typeof ablate === 'string' ? ['ablate'] : ['ablate', 'method']
  const problem = (text: string): Problem[] => [{ path, text }]
  const known = Object.keys(methods)
  const method = methods[name]
  if (method === undefined)
    return problem(`expected one of ${known.join(', ')}, got "${name}"${didYouMean(name, known)}`)
  const { rival, stages } = typeof method === 'string' ? {} : method
  if (rival !== undefined)
    return problem(`expected a method with a schedule, got ${name}, which is no search`)
  return stages ? problem(`expected a method without stages, got ${name}`) : []
}
