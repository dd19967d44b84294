import { isFar } from '../data/far.js'
import type { Scale, Scales } from '../data/types.js'

/**
 * A scaling in two parts: the one applied around a model in 64-bit floats, and the one of its own layers in
 * 32 bits.
 */
export interface Parts {
  readonly outside: Scales
  readonly inside: Scales
}

/**
 * Divides a scaling by columns. A model of 32-bit layers scales a column itself if it is near 0 relative to
 * its spread; columns far from 0 are scaled outside.
 */
export function scalesApart({ input, target }: Scales): Parts {
  const [inputs, targets] = [columnsApart(input), columnsApart(target)]
  return {
    outside: { input: inputs.outside, target: targets.outside },
    inside: { input: inputs.inside, target: targets.inside },
  }
}

function columnsApart({ mean, std }: Scale): { outside: Scale; inside: Scale } {
  const far = mean.map((value, i) => isFar(value, std[i]!))
  const keep = (wanted: boolean): Scale => ({
    mean: mean.map((value, i) => (far[i] === wanted ? value : 0)),
    std: std.map((value, i) => (far[i] === wanted ? value : 1)),
  })
  return { outside: keep(true), inside: keep(false) }
}
