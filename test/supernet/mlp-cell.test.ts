import { describe, expect, it } from 'vitest'
import { costOf } from '../../src/nn/cost.js'
import { choose } from '../../src/supernet/prune.js'
import { spaceNet } from '../helpers/trials.js'

const stemOf = (options: object) =>
  spaceNet('mlp-cell', { blocks: 1, width: 4, hidden: 6, ...options }, [3], 1)

describe('the stem of mlp-cell', () => {
  it('reads the inputs; with bins, them or what they fill, or both', () => {
    expect(stemOf({}).groups.some(({ name }) => name === 'stem')).toBe(false)
    const stem = stemOf({ bins: 8 }).groups.find(({ name }) => name === 'stem')!
    expect(stem.members.map(({ name }) => name)).toEqual(['inputs', 'bins'])
    expect(stem.keep).toEqual({ min: 1, max: 2 })
  })

  it('has a dense layer on the bins, which goes with them', () => {
    const [plain, binned] = [stemOf({}), stemOf({ bins: 8 })]
    const parameters = (supernet: typeof plain) => costOf(supernet.graph).parameters
    expect(parameters(binned) - parameters(plain)).toBe((3 * 8 + 1) * 4)
    expect(parameters(choose(binned, { stem: ['inputs'] }).supernet)).toBe(parameters(plain))
    const bins = choose(binned, { stem: ['bins'] }).supernet
    expect(parameters(bins) - parameters(plain)).toBe((3 * 8 - 3) * 4)
    expect(bins.graph.nodes.some(({ kind }) => kind === 'bins')).toBe(true)
  })
})
