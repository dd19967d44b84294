import { InputError } from '../../base/errors.js'
import type { Notation } from '../notation.js'

export interface MacroNotationOptions {
  /** The members for the digits 0, 1, …; the first is the identity. */
  readonly members?: readonly string[]
  /**
   * The number of layers of each stage. The first layer of a stage reduces, so its identity is not a true
   * one.
   */
  readonly stages?: readonly number[]
}

/**
 * The syntax of NAS-Bench-Macro (Su et al., arXiv:2103.11922): one digit per layer, groups `layer0`,
 * `layer1`, … After the first layer of a stage an identity changes nothing, wherever in the stage it is: the
 * 6,561 chains are 3,969 networks.
 */
export function macroNotation({
  members = ['skip', 'mb-conv-3x3-e3', 'mb-conv-5x5-e6'],
  stages = [2, 3, 3],
}: MacroNotationOptions = {}): Notation {
  const layers = stages.reduce((sum, count) => sum + count, 0)
  const groups = Array.from({ length: layers }, (_, i) => `layer${i}`)
  const write: Notation['write'] = (choices) =>
    groups
      .map((group) => {
        const digit = members.indexOf(choices[group]?.[0] ?? '')
        if (digit >= 0 && choices[group]!.length === 1) return String(digit)
        const got = choices[group]?.join(', ') ?? 'nothing'
        throw new InputError(`architecture: ${group}: expected one of ${members.join(', ')}, got ${got}`)
      })
      .join('')
  return {
    write,
    read(text) {
      const digits = text.trim()
      const last = members.length - 1
      if (!new RegExp(`^[0-${last}]{${layers}}$`).test(digits))
        throw new InputError(`architecture: expected ${layers} digits from 0 to ${last}, got ${text}`)
      return Object.fromEntries(groups.map((group, i) => [group, [members[Number(digits[i])]!]]))
    },
    canonical(choices) {
      const digits = write(choices)
      let from = 0
      const parts = stages.map((count) => {
        const stage = digits.slice(from, (from += count))
        const acting = [...stage.slice(1)].filter((digit) => digit !== '0').join('')
        return `${stage[0]}${acting}`.padEnd(count, '0')
      })
      return parts.join('')
    },
  }
}
