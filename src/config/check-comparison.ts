import { didYouMean } from '../base/suggest.js'
import { ComparisonSchema, type ComparisonDocument } from './comparison-schema.js'
import type { Problem } from './problems.js'
import { throwProblems, validate, type Locate } from './validator.js'

/**
 * Checks the document of a comparison and fills in its defaults; what is given stays as it is. The configurations that it
 * makes are checked one by one (`contest/planned.ts`). Throws an InputError with one line for each problem.
 */
export function checkComparison(value: unknown, locate?: Locate): ComparisonDocument {
  const document = validate(ComparisonSchema, value, 'comparison', locate)
  throwProblems(
    [...nameProblems(document), ...seedProblems(document), ...preregistrationProblems(document)],
    'comparison',
    locate,
  )
  return document
}

/** Names stand in tables, in files and on terminals. */
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

/** Seeds are those of the comparison: splits that stand still while seeds vary would make its tests too sure. */
const withSeed = (path: readonly string[], part: unknown): Problem[] =>
  typeof part === 'object' && part !== null && 'seed' in part
    ? [{ path: [...path, 'seed'], text: 'unknown key, comparison.seeds says it' }]
    : []

const seedProblems = ({ base, sets }: ComparisonDocument): Problem[] => [
  ...withSeed(['base'], base),
  ...withSeed(['base', 'split'], base.split),
  ...Object.entries(sets).flatMap(([set, { split }]) => withSeed(['sets', set, 'split'], split)),
]

function preregistrationProblems({ preregistered, methods }: ComparisonDocument): Problem[] {
  if (!preregistered) return []
  const known = Object.keys(methods)
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
