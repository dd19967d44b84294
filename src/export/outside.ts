import { isFar } from '../data/far.js'
import type { Scale, Scales } from '../data/types.js'

/** A scaling in two: what is done around a model in 64-bit floats, and what its own layers do in 32. */
export interface Parts {
  readonly outside: Scales
  readonly inside: Scales
}

/**
 * Which part of a scaling a model of 32-bit layers can do itself: all of it where a column lies near 0 for its
 * spread, none of it where the column lies far off.
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
