import { describe, expect, it } from 'vitest'
import { measureAlone } from '../../../src/search/decide/alone.js'
import { bytesOf, contextOf, imageData, modelOf, tinyCells, trialOf } from '../../helpers/trials.js'

const trial = (rows: Parameters<typeof imageData>[0]) =>
  trialOf(imageData(rows), tinyCells(), { search: { epochs: 4, batch: 8 } })

/** The mean over batches. */
function lossAlone(pruning: Parameters<typeof measureAlone>[0], group: string, member: string): number {
  const losses = measureAlone(pruning, group, member, 0)!
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

describe('a member alone', () => {
  const made = trial({ train: 24, validation: 12 })
  const seen = () => ({ model: modelOf(made), data: made.data, context: contextOf(made).context })

  it('has the loss of the supernet without the others', () => {
    const pruning = seen()
    const { model } = pruning
    const [{ name, members }] = model.supernet.groups as [(typeof model.supernet.groups)[number]]
    const before = bytesOf(model)
    const losses = members.map((member) => lossAlone(pruning, name, member.name))
    expect(new Set(losses).size).toBe(members.length)
    expect(bytesOf(model)).toEqual(before)
    const last = members.at(-1)!.name
    model.prune(name, [last])
    // Another member of another group, so that the first one is measured as it stands.
    const other = model.supernet.groups.find((group) => group.members.length === 1)!
    expect(lossAlone(pruning, other.name, other.members[0]!.name)).toBeCloseTo(losses.at(-1)!, 5)
    model.dispose()
  })

  it('is the same each time it is asked for', () => {
    const pruning = seen()
    const [group] = pruning.model.supernet.groups
    const ask = (t: number) => measureAlone(pruning, group!.name, group!.members[0]!.name, t)
    expect(ask(3)).toEqual(ask(0))
    pruning.model.dispose()
  })

  it('is measured on the rows that train gates, else on validation, and is none without either', () => {
    const of = (rows: Parameters<typeof imageData>[0]) => {
      const other = trial(rows)
      const model = modelOf(other)
      const [group] = model.supernet.groups
      const found = measureAlone(
        { model, data: other.data, context: contextOf(other).context },
        group!.name,
        group!.members[0]!.name,
        0,
      )
      model.dispose()
      return found
    }
    const both = of({ train: 24, arch: 8, validation: 12 })
    expect(both).toEqual(of({ train: 24, arch: 8, validation: 0 }))
    expect(both).not.toEqual(of({ train: 32, validation: 12 }))
    expect(of({ train: 24, validation: 0 })).toBeUndefined()
  })
})
