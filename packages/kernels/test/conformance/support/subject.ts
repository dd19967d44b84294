import * as tf from '@tensorflow/tfjs-core'
import { it } from 'vitest'
import { useBackend, type BackendName } from './sentei.js'
import { currentDevice } from '../../../src/index.js'
import { useTrainingKernels } from '../../../src/node.js'
import type { Window } from '../reference/window.js'
import { guardDevice } from './guard.js'

/** What is tested: a backend, and on wasm the variant of our kernels. */
export interface Subject {
  readonly name: string
  readonly backend: BackendName
  readonly relaxed?: boolean
  /** Takes every so manyth case of the large tables; 1 where left out. */
  readonly every?: number
}

/** Has this subject our kernels, and with them the operations that TensorFlow.js lacks? */
export const hasOurs = ({ backend }: Subject): boolean => backend === 'wasm'

/** Why TensorFlow's own library does not take a window's padding. */
export const paddingElsewhere = ({ backend }: Subject, { pad }: Window): string | undefined =>
  backend === 'tensorflow' && typeof pad !== 'string'
    ? 'TensorFlow for Node takes only the paddings same and valid'
    : undefined

const started = new Set<BackendName>()

/** Makes the subject the current backend, with its memory guarded. */
export async function start({ backend, relaxed = false }: Subject): Promise<void> {
  if (started.has(backend)) await tf.setBackend(backend)
  else await useBackend(backend)
  started.add(backend)
  if (backend !== 'wasm') return
  useTrainingKernels({ relaxed })
  guardDevice(currentDevice()!)
}

/** The subject's share of a table. */
export const share = <T>({ every = 1 }: Subject, table: readonly T[]): T[] =>
  table.filter((_, i) => i % every === 0)

/**
 * One test for each case. Without our kernels, cases that TensorFlow.js refuses or gets wrong are skipped
 * under their names.
 */
export function itEach<Case extends { readonly title: string }>(
  subject: Subject,
  cases: readonly Case[],
  refusal: (one: Case) => string | undefined,
  check: (one: Case) => Promise<void>,
): void {
  const reasons = new Map(cases.map((one) => [one, hasOurs(subject) ? undefined : refusal(one)]))
  const taken = cases.filter((one) => reasons.get(one) === undefined)
  it.each(taken.map((one) => [one.title, one] as const))('%s', (_, one) => check(one))
  for (const [{ title }, reason] of reasons)
    if (reason !== undefined) {
      it.skip(`${title}: ${reason}`)
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
    }
}

const skipped = new Map<string, number>()

/** Says in one line what a subject without our kernels skips. */
export function warnOfSkipped(subject: Subject): void {
  if (hasOurs(subject)) return
  const cases = [...skipped].map(([reason, count]) => `${count} cases (${reason})`)
  skipped.clear()
  console.warn(`conformance on ${subject.name} skips ${[...cases, 'kernels that only wasm has'].join(', ')}`)
}
