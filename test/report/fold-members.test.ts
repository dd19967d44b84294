import { expect, it } from 'vitest'
import { foldMembers } from '../../src/report/fold-members.js'

const segment = (term: string, layer: string, from: number, to: number, lambda: number) => ({
  term,
  layer,
  from,
  to,
  lambda,
})

it('columns of single members become a row for each group, with the λ of the member that was pressed most', () => {
  const others = [
    segment('task', '*', 0, 9, 1),
    segment('l1/gates[skip]', 'cell', 0, 9, 2),
    segment('l1/gates[cell/*:skip]', 'cell', 0, 9, 2),
    segment('l1/gates[cell/0→1:skip conv]', 'cell', 0, 9, 2),
  ]
  const found = foldMembers([
    ...others,
    segment('l1/gates[cell/0→1:skip]', 'cell', 0, 9, 0),
    segment('l1/gates[cell/0→1:conv]', 'cell', 0, 4, 0),
    segment('l1/gates[cell/0→1:conv]', 'cell', 4, 9, 20),
    segment('l1/gates[cell/0→2:conv]', 'cell', 0, 9, 5),
  ])
  expect(found).toEqual([
    ...others,
    segment('l1/gates by group', 'cell/0→1', 0, 4, 0),
    segment('l1/gates by group', 'cell/0→1', 4, 9, 20),
    segment('l1/gates by group', 'cell/0→2', 0, 9, 5),
  ])
})
