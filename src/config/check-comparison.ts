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
    [...nameProblems(document), ...baseProblems(document), ...preregistrationProblems(document)],
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

/** What a part of its own says for all trials. */
const elsewhere: Readonly<Record<string, string>> = { seed: 'seeds' }

const baseProblems = ({ base }: ComparisonDocument): Problem[] =>
  Object.keys(base)
    .filter((key) => key in elsewhere)
    .map((key) => ({ path: ['base', key], text: `unknown key, comparison.${elsewhere[key]} says it` }))

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
