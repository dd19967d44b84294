import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { spaces } from '../../src/registry.js'
import { buildSupernet } from '../../src/setup/supernet-of.js'
import { madeData } from '../helpers/trials.js'

const data = (rank: number) =>
  madeData({
    shape: [8, 8, 3].slice(3 - rank),
    task: { kind: 'regression', outputs: ['y'] },
    rows: { train: 1, validation: 1 },
    row: () => 0,
  })

interface Schema {
  readonly type?: string
  readonly items?: Schema
  readonly maximum?: number
}

const absurd = 1_000_000_000

/** Every number that an option of a space can be, as options with that number absurd. */
const cases = spaces.flatMap(({ name, options, ranks }) =>
  Object.entries(options.properties as Record<string, Schema>).flatMap(([key, { type, items, maximum }]) => {
    const isList = type === 'array'
    const number = isList ? items?.type : type
    if (maximum !== undefined || (number !== 'integer' && number !== 'number')) return []
    return [{ space: name, key, options: { [key]: isList ? [absurd] : absurd }, rank: Math.max(...ranks) }]
  }),
)

/** Options that say which parts stay, or where: they make nothing larger. */
const harmless = ['inputs', 'minUnits', 'reductions']

describe('a supernet of absurd size', () => {
  it.each(cases)('is refused at once: $space with $options', ({ space, key, options, rank }) => {
    const config = resolveConfig({ data: { source: 'digits' }, supernet: { space, options } })
    const before = process.cpuUsage()
    const build = () => buildSupernet(config, data(rank))
    if (harmless.includes(key)) expect(build).not.toThrow()
    else {
      const path = 'config.supernet.options'
      expect(build).toThrow(
        new RegExp(
          `^${path}: .*(at most|more than|of) .*; its largest option is ${path}.${key}.*: ${absurd}; take less`,
        ),
      )
      expect(build).toThrow(InputError)
    }
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(5)
  })
})
