import { lossNamed, lossNameOf } from '../../objective/focal.js'
import type { Loss } from '../../objective/losses.js'
import type { Term } from '../../objective/terms/types.js'
import type { ShardWork } from '../shard.js'
import type { SharedWork } from './protocol.js'

/** Functions that every thread has, so that they are sent by name. */
export interface Known {
  readonly losses: Readonly<Record<string, Loss>>
  readonly terms: readonly Term[]
}

type Named = Pick<SharedWork, 'lossWeights' | 'taps'>

/**
 * The names of a shard's loss and of the terms on its activations; undefined if the threads lack one of them.
 */
export function named({ lossWeights, taps = [] }: ShardWork, { losses, terms }: Known): Named | undefined {
  const lossName = lossNameOf(lossWeights.loss, losses)
  const termName = new Map(terms.map(({ name, activations }) => [activations, name]))
  const acting = taps.flatMap((tap) => tap.terms.map(({ action }) => action))
  if (lossName === undefined || acting.some((action) => !termName.has(action))) return undefined
  return {
    lossWeights: { ...lossWeights, loss: lossName },
    taps: taps.map((tap) => ({
      node: tap.node,
      terms: tap.terms.map(({ action, lambda }) => ({ term: termName.get(action)!, lambda })),
    })),
  }
}

/** The work with the functions that the names stand for. */
export function unnamed({ lossWeights, taps, ...work }: SharedWork, { losses, terms }: Known): ShardWork {
  const action = (name: string) => terms.find((term) => term.name === name)!.activations!
  return {
    ...work,
    lossWeights: { ...lossWeights, loss: lossNamed(lossWeights.loss, losses) },
    taps: taps.map((tap) => ({
      node: tap.node,
      terms: tap.terms.map(({ term, lambda }) => ({ action: action(term), lambda })),
    })),
  }
}
