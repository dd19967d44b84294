import { conv1x1, conv3x3, dilConv3x3, dilConv5x5, sepConv3x3, sepConv5x5 } from './convolutions.js'
import { mbConvs } from './mb-conv.js'
import { avgPool3x3, maxPool3x3, noise, none, skip } from './simple.js'
import { temporalSeparables } from './temporal-separable.js'
import { temporalConvs } from './temporal.js'
import type { Operation } from './types.js'

/** The operation table: every candidate that a space can name. */
export const operations: readonly Operation[] = [
  none,
  skip,
  maxPool3x3,
  avgPool3x3,
  conv1x1,
  conv3x3,
  sepConv3x3,
  sepConv5x5,
  dilConv3x3,
  dilConv5x5,
  noise,
  ...mbConvs,
  ...temporalConvs,
  ...temporalSeparables,
]

/** The operation with a name, or undefined. */
export const operationOf = (name: string): Operation | undefined => operations.find((o) => o.name === name)
