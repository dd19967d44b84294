import { afterAll, beforeAll, describe, it } from 'vitest'
import { start, warnOfSkipped, type Subject } from '../support/subject.js'
import { activatedSuite } from './activated.js'
import { arithmeticSuite } from './arithmetic.js'
import { batchNormSuite } from './batch-norm.js'
import { concatSuite } from './concat.js'
import { convSuite } from './conv.js'
import { convNormSuite } from './conv-norm.js'
import { conv1dSuite } from './conv1d.js'
import { cropSuite } from './crop.js'
import { elementwiseSuite } from './elementwise.js'
import { lossesSuite } from './losses.js'
import { matMulSuite } from './mat-mul.js'
import { mixSuite } from './mix.js'
import { optimizerSuite } from './optimizer.js'
import { poolSuite } from './pool.js'
import { reduceSuite } from './reduce.js'
import { separableSuite } from './separable.js'

const suites = [
  convSuite,
  convNormSuite,
  conv1dSuite,
  activatedSuite,
  separableSuite,
  poolSuite,
  batchNormSuite,
  reduceSuite,
  matMulSuite,
  arithmeticSuite,
  elementwiseSuite,
  mixSuite,
  lossesSuite,
  concatSuite,
  cropSuite,
  optimizerSuite,
]

/** The whole suite for one subject. */
export function conformance(subject: Subject): void {
  describe(subject.name, () => {
    beforeAll(() => start(subject))
    afterAll(() => warnOfSkipped(subject))
    for (const suite of suites) suite(subject)
  })
}

/** The same where the backend's packages load; else one line and one skipped test say why not. */
export async function conformanceWhereItLoads(subject: Subject): Promise<void> {
  try {
    await start(subject)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    console.warn(`conformance skips ${reason}`)
    it.skip(reason)
    return
  }
  conformance(subject)
}
