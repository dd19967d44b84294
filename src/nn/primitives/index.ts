import type { Node } from '../graph.js'
import { batchNorm } from './batch-norm.js'
import { bins } from './bins.js'
import { conv, depthwise } from './conv.js'
import { dense } from './dense.js'
import { activation, add, affine, concat, input, scale } from './elementwise.js'
import { activatedDepthwisePrimitive, convNormPrimitive, normalisedMix, separablePrimitive } from './fused.js'
import { mix, units } from './gates.js'
import { fromLast, last } from './last.js'
import { averagePooling, globalAveragePooling, maxPooling } from './pool.js'
import { dropout, dropPath, noise } from './random.js'
import { crop, flatten, reshape, upsample } from './resize.js'
import type { Primitive, Reads } from './types.js'
import { zeros } from './zeros.js'

/** Every kind of node in a network. */
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
  upsample,
  flatten,
  reshape,
  fromLast,
  last,
  bins,
  affine,
  scale,
  mix,
  units,
  zeros,
  dropout,
  dropPath,
  noise,
]

/** The additional kinds of node in a training pass. */
const fused: readonly Primitive[] = [
  activatedDepthwisePrimitive,
  convNormPrimitive,
  normalisedMix,
  separablePrimitive,
]

const byKind = new Map([...primitives, ...fused].map((p) => [p.kind, p]))

/** The primitive of a kind. Throws for an unknown kind, which is a programming error. */
export function primitiveOf(kind: string): Primitive {
  const primitive = byKind.get(kind)
  if (!primitive) throw new Error(`unknown primitive: ${kind}`)
  return primitive
}

/** The values of the forward pass that a node's backward pass reads. */
export function readsOf({ kind, attrs }: Pick<Node, 'kind' | 'attrs'>): Reads {
  const { reads = {} } = primitiveOf(kind)
  return typeof reads === 'function' ? reads(attrs) : reads
}
