import { strongest } from '../../../supernet/prune.js'
import type { GateGroup } from '../../../supernet/types.js'
import type { Ranked, Seen } from './types.js'

/** The members of a group that stay by what they are worth: at least what must, at most what may. */
export function keptBy(
  { worth, most = Infinity }: Ranked,
  group: GateGroup,
  { supernet }: Pick<Seen, 'supernet'>,
): string[] {
  const max = Math.max(group.keep.min, Math.min(group.keep.max, most))
  return strongest(supernet, { ...group, keep: { ...group.keep, max } }, worth)
}
