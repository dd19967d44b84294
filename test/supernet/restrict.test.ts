import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { restrict, type Restriction } from '../../src/supernet/restrict.js'
import type { Supernet } from '../../src/supernet/types.js'
import { tinyCells, tinyMlp } from '../helpers/trials.js'

const members = (restrictions: Restriction[], group: string, net = tinyCells()) =>
  restrict(net, restrictions)
    .groups.find(({ name }) => name === group)
    ?.members.map(({ name }) => name)

describe('restricting a supernet', () => {
  it('allows only some operations on the groups that a glob matches', () => {
    const restrictions = [{ group: 'cell0/*→*', allow: ['skip', '*-conv-*'] }]
    expect(members(restrictions, 'cell0/0→2')).toEqual(['skip', 'dil-conv-3x3'])
    expect(members(restrictions, 'cell1/0→2')).toEqual(['skip', 'max-pool-3x3', 'dil-conv-3x3'])
  })

  it('forbids what a glob matches, after what was allowed', () => {
    expect(members([{ group: '**', forbid: ['*pool*'] }], 'cell1/1→3')).toEqual(['skip', 'dil-conv-3x3'])
    expect(members([{ group: 'cell0/0→2', allow: ['s*', 'max*'], forbid: ['skip'] }], 'cell0/0→2')).toEqual([
      'max-pool-3x3',
    ])
  })

  it('forbids single edges, whose groups then vanish', () => {
    const net = restrict(tinyCells(), [{ group: 'cell0/node3', forbid: ['0→3'] }])
    expect(net.groups.map(({ name }) => name)).not.toContain('cell0/0→3')
    expect(net.graph.nodes.some(({ id }) => id.startsWith('cell0/0→3'))).toBe(false)
  })

  it('narrows widths', () => {
    expect(members([{ group: 'encoder/code', allow: ['[0-2]'] }], 'encoder/code', tinyMlp())).toEqual([
      '0',
      '1',
      '2',
    ])
  })

  it('counts only the units that it leaves, so that each begins at 1', () => {
    const totals = ({ groups }: Supernet) => new Map(groups.map(({ name, total }) => [name, total]))
    const narrow = restrict(tinyMlp(), [{ group: 'encoder/code', allow: ['[0-2]'] }])
    expect(totals(narrow)).toEqual(totals(tinyMlp()).set('encoder/code', 3))
    const edges = restrict(tinyCells(), [{ group: '**', forbid: ['skip'] }])
    expect(totals(edges)).toEqual(totals(tinyCells()))
  })

  it('applies one line after another', () => {
    const lines = [
      { group: '**', forbid: ['skip'] },
      { group: 'cell0/0→2', forbid: ['max-pool-3x3'] },
    ]
    expect(members(lines, 'cell0/0→2')).toEqual(['dil-conv-3x3'])
  })

  it.each<[string, Restriction[], string]>([
    [
      'a group that is not there',
      [{ group: 'cell9/*', allow: ['skip'] }],
      'config.supernet.restrict.0.group: no group matches cell9/*; groups: cell0/0→2,',
    ],
    [
      'a member that is not there',
      [
        { group: 'cell0/0→2', allow: ['skip'] },
        { group: 'cell0/0→2', allow: ['conv-9x9'] },
      ],
      'config.supernet.restrict.1: no member matches conv-9x9; members: skip',
    ],
    [
      'leaving nothing',
      [{ group: 'cell0/0→2', forbid: ['*'] }],
      'config.supernet.restrict.0: cell0/0→2 needs at least 1 of skip, max-pool-3x3, dil-conv-3x3, 0 are allowed',
    ],
  ])('refuses %s', (_what, restrictions, message) => {
    const call = () => restrict(tinyCells(), restrictions)
    expect(call).toThrow(InputError)
    expect(call).toThrow(message)
  })
})
