import { batchNorm } from './batch-norm.js'
import { conv, depthwise } from './conv.js'
import { dense } from './dense.js'
import { crop } from './crop.js'
import { activation, add, affine, concat, flatten, input } from './elementwise.js'
import { activatedDepthwisePrimitive, normalisedMix } from './fused.js'
import { mix, units } from './gates.js'
import { averagePooling, globalAveragePooling, maxPooling } from './pool.js'
import type { Primitive } from './types.js'
import { zeros } from './zeros.js'

/** Every kind of node there is. */
export const primitives: readonly Primitive[] = [
  input,
  conv,
  depthwise,
  batchNorm,
  activation,
  maxPooling,
  averagePooling,
  globalAveragePooling,
  dense,
  add,
  concat,
  crop,
  flatten,
  affine,
  mix,
  units,
  zeros,
]

/** What a training pass has beside them. */
const fused: readonly Primitive[] = [activatedDepthwisePrimitive, normalisedMix]

const byKind = new Map([...primitives, ...fused].map((p) => [p.kind, p]))

/** The primitive of a kind; a graph with an unknown kind is a programming error. */
export function primitiveOf(kind: string): Primitive {
  const found = byKind.get(kind)
  if (!found) throw new Error(`unknown primitive: ${kind}`)
  return found
}
