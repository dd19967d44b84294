import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkComparison } from '../../src/config/check-comparison.js'
import { ComparisonSchema } from '../../src/config/comparison-schema.js'
import { ConfigSchema, type Config } from '../../src/config/config-schema.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { PlannedSchema, ScheduleSchema } from '../../src/config/schedule-schema.js'
import { plannedTrials } from '../../src/compare/planned.js'
import { readers } from '../../src/data/readers/index.js'
import { planners, presetNames, spaces, terms } from '../../src/registry.js'
import { rules } from '../../src/search/decide/rules/index.js'
import { resolveSchedule } from '../../src/setup/schedule-file.js'
import { compileFor } from '../../src/setup/schedule-of.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { sampleSupernet } from '../../src/setup/supernet-of.js'
import { operations } from '../../src/supernet/operations/index.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { RelaxationName } from '../../src/supernet/relaxations/index.js'
import { allBlocks, coded, pageText, proseOf, tableRows, type Block } from './markdown.js'
import { schemaRows } from './schema-rows.js'

const blocks = (kind: string): [string, Block][] =>
  allBlocks.filter(({ info }) => info === kind).map((block) => [block.place, block])

/** A part of a configuration, in the smallest one that it can be a part of. */
function completed(part: Record<string, unknown>): object {
  const space = (part.supernet as { space?: string } | undefined)?.space
  const table = space === 'autoencoder-mlp'
  return {
    data: { source: table ? 'concrete' : 'digits' },
    supernet: { space: space ?? 'darts-cell' },
    schedule: table ? 'autoencoder-first' : 'strong-then-relaxed',
    ...part,
  }
}

describe('YAML examples are valid configurations', () => {
  test.each(blocks('yaml'))('%s', async (_, { text }) => {
    const document = parse(text) as Record<string, unknown>
    const config = resolveConfig(text.startsWith('# partial\n') ? completed(document) : document)
    expect(Object.keys(document).filter((key) => !(key in config))).toEqual([])
    // Files and columns of examples do not exist; what stands on bundled data can be set up.
    if (config.data.source === undefined || config.split.column !== undefined) return
    if (config.objective.latency !== undefined) return
    expect((await setupTrial(config, '.')).supernet.groups.length).toBeGreaterThan(0)
  })
})

describe('YAML examples of comparisons are valid', () => {
  test.each(blocks('yaml comparison'))('%s', async (_, { text }) => {
    const trials = await plannedTrials(checkComparison(parse(text)), { folder: '.' })
    expect(new Set(trials.map(({ key }) => key)).size).toBe(trials.length)
    // Files of examples do not exist; what stands on bundled data can be set up.
    const bundled = trials.filter(({ config, seed }) => config.data.source !== undefined && seed === 1)
    expect(bundled.length).toBeGreaterThan(0)
    for (const { config } of bundled)
      expect((await setupTrial(config, '.')).supernet.groups.length).toBeGreaterThan(0)
  })

  test('there are some', () => expect(blocks('yaml comparison').length).toBeGreaterThan(0))
})

describe('JSON examples are valid schedules', () => {
  const phase = { name: 'all', until: 1 }
  const term = { term: 'l1', part: 'gates' }
  const wrapped: Record<string, (value: unknown) => unknown> = {
    'json schedule': (document) => document,
    'json terms': (entries) => ({ name: 'x', phases: [{ ...phase, terms: entries }] }),
    'json curve': (lambda) => ({ name: 'x', phases: [{ ...phase, terms: [{ ...term, lambda }] }] }),
  }
  const examples = allBlocks.filter(({ info }) => info.startsWith('json'))

  test.each(examples.map((block) => [block.place, block] as const))('%s', (_, { info, text }) => {
    expect(Object.keys(wrapped)).toContain(info)
    const document = resolveSchedule(wrapped[info]!(JSON.parse(text)) as Config['schedule'], '.')
    const compiled = compileFor(document, sampleSupernet('autoencoder-mlp'), 200, relaxations.gates)
    expect(compiled.columns.some(({ segments }) => segments.some(({ value }) => value > 0))).toBe(true)
  })
})

describe('tables say what the program says', () => {
  test('configuration.md has every key, what is allowed, and its default', () => {
    const listed = tableRows('docs/configuration.md').map((row) => row.slice(0, 3))
    expect(listed.sort()).toEqual(schemaRows(ConfigSchema).sort())
  })

  test('schedules.md has every key of a schedule', () => {
    const listed = tableRows('docs/schedules.md', 'Keys').map((row) => row.slice(0, 3))
    expect(listed.sort()).toEqual(schemaRows(ScheduleSchema).sort())
  })

  test('schedules.md has every key of an algorithmic schedule, and every planner’s options', () => {
    const rows = tableRows('docs/schedules.md', 'Algorithmic schedules').map((row) => row.slice(0, 3))
    const wanted = [PlannedSchema, ...planners.map(({ options }) => options)].flatMap((schema) =>
      schemaRows(schema).filter(([key]) => !key!.startsWith('`budget.')),
    )
    expect(rows.sort()).toEqual(wanted.sort())
  })

  test('compare.md has every key of a comparison', () => {
    const listed = tableRows('docs/compare.md').filter((row) => row.length === 4 && row[0]!.startsWith('`'))
    expect(listed.map((row) => row.slice(0, 3)).sort()).toEqual(schemaRows(ComparisonSchema).sort())
  })

  test('schedules.md has every curve', () => {
    const text = JSON.stringify(ScheduleSchema)
    const named = tableRows('docs/schedules.md', 'Curves').flatMap(([name]) => coded(name!))
    expect(named).toContain('piecewise')
    expect(named.filter((name) => !text.includes(`"${name}"`))).toEqual([])
    expect(named).toHaveLength(6)
  })

  test('schedules.md says which term acts on what, under which relaxation', () => {
    const names = Object.keys(relaxations) as RelaxationName[]
    const expected = terms.map(({ name, weights, activations, gates }) => [
      `\`${name}\``,
      weights ? 'yes' : '–',
      activations ? 'yes' : '–',
      ...names.map((relaxation) =>
        !gates ? '–' : gates.refuses?.(relaxations[relaxation]) ? 'refused' : 'yes',
      ),
    ])
    const columns = names.map((name) => `\`${name}\``).join(' | ')
    expect(proseOf('docs/schedules.md')).toContain(
      `\n| term | weights | activations | gates, relaxation ${columns} |\n`,
    )
    const rows = tableRows('docs/schedules.md', 'Terms')
    expect(rows.filter((row) => row.length === 3 + names.length)).toEqual(expected)
    expect(rows.filter((row) => row.length === 3).map(([name]) => name)).toEqual(
      expected.map(([name]) => name),
    )
  })

  test('data-reference.md has every reader, and what it reads', () => {
    const rows = tableRows('docs/data-reference.md', 'Formats').map(([name, , what]) => [
      coded(name!)[0],
      what,
    ])
    expect(rows).toEqual(readers.map(({ name, description }) => [name, description]))
  })

  test('methods.md and the key prune.rule name every rule', () => {
    const names = rules.map(({ name }) => name)
    const rows = tableRows('docs/methods.md', 'Classic rules').flatMap(([name]) => coded(name!))
    expect(rows.sort()).toEqual(['final', ...names].sort())
    const [key] = tableRows('docs/schedules.md', 'Keys').filter(([name]) => name === '`prune.rule`')
    for (const name of names) expect(key!.at(-1)).toContain(name)
  })

  test('concepts.md names every relaxation', () => {
    const rows = tableRows('docs/concepts.md', 'Relaxations').flatMap(([name]) => coded(name!))
    expect(rows).toEqual(Object.keys(relaxations))
  })

  test('schedules.md names every preset', () => {
    const named = tableRows('docs/schedules.md', 'Presets').flatMap(([name]) => coded(name!))
    expect(named.sort()).toEqual(presetNames())
  })

  test.each(spaces.map((space) => [space.name, space] as const))(
    'supernets.md has the options of %s',
    (name, space) => {
      const rows = tableRows('docs/supernets.md', name).filter((row) => row.length === 3)
      const expected = schemaRows(space.options).map(([key, , value]) => [key, value])
      expect(rows.map((row) => row.slice(0, 2)).sort()).toEqual(expected.sort())
    },
  )

  test('supernets.md names every operation', () => {
    const named = tableRows('docs/supernets.md', 'darts-cell')
      .filter((row) => row.length === 2)
      .flatMap(([name]) => coded(name!))
    expect(named.sort()).toEqual(operations.map(({ name }) => name).sort())
  })

  test('dependencies.md gives a reason for each dependency of package.json and for no other', () => {
    const { dependencies, devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      pageText('package.json'),
    ) as Record<string, object>
    const [optional, peers] = [true, false].map((wanted) =>
      Object.keys(peerDependencies!)
        .filter((name) => Object.hasOwn(peerDependenciesMeta!, name) === wanted)
        .sort(),
    )
    const listed = (heading: string) =>
      tableRows('docs/dependencies.md', heading).flatMap(([name, reason]) => (reason ? coded(name!) : []))
    expect(listed('Runtime').sort()).toEqual(Object.keys(dependencies!).sort())
    const development = Object.keys(devDependencies!).filter((name) => !peers!.includes(name))
    expect(listed('Development').sort()).toEqual(development.sort())
    expect(listed('Peers').sort()).toEqual(peers)
    expect(listed('Optional peers').sort()).toEqual(optional)
  })
})
