import { expect, test } from 'vitest'
import { differencesFrom } from '../../src/report/differences.js'
import type { Architecture } from '../../src/supernet/types.js'

const group = (name: string, members: string[], kind: 'operations' | 'units' = 'operations') => ({
  name,
  layer: 'cell0',
  kind,
  of: 5,
  kept: members.map((member) => ({ member, gate: 0.5 })),
})
const architecture = (...groups: Architecture['groups'][number][]): Architecture => ({
  format: 'sentei-architecture/1',
  space: 'any',
  options: {},
  input: [8],
  outputs: 2,
  groups,
})

test('architectures that keep the same members do not differ, whatever their gates', () => {
  const own = architecture(group('a', ['conv']))
  const other = { ...own, groups: [{ ...own.groups[0]!, kept: [{ member: 'conv', gate: 0.1 }] }] }
  expect(differencesFrom(own, other)).toEqual([])
})

test('a line for each group tells what came and what went, of units how many', () => {
  const own = architecture(
    group('a', ['conv']),
    group('b', ['pool', 'skip']),
    group('u', ['0', '1'], 'units'),
  )
  const other = architecture(group('a', ['skip']), group('u', ['0'], 'units'), group('c', ['conv']))
  expect(differencesFrom(own, other)).toEqual([
    'a: with skip, without conv',
    'b: without pool, skip',
    'u: 1 units, not 2',
    'c: with conv',
  ])
})
