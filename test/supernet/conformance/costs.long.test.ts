import { describe, it } from 'vitest'
import { relaxations } from '../../../src/supernet/relaxations/index.js'
import type { RelaxationName } from '../../../src/supernet/relaxations/index.js'
import { tryRemovals } from './expected.js'
import { build, table, withoutLeaks } from './table.js'

/** Of each relaxation. */
const sequences = 50

describe.each(table)('%s', (_name, instance) => {
  it.each(Object.keys(relaxations) as RelaxationName[])(
    'expects what is left to cost, after random removals (%s)',
    async (relaxation) => {
      const net = build(instance)
      await withoutLeaks(() => {
        for (let seed = 1; seed <= sequences; seed++) tryRemovals(net, relaxation, seed)
      })
    },
  )
})
