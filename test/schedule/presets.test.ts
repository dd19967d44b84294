import { describe, expect, it } from 'vitest'
import { presetNames, readPreset, spaces } from '../../src/registry.js'
import { actingTerms } from '../../src/schedule/acting.js'
import { rowAt } from '../../src/schedule/table.js'
import { resolveSchedule } from '../../src/setup/schedule-file.js'
import { compileFor } from '../../src/setup/schedule-of.js'
import { sampleSupernet } from '../../src/setup/supernet-of.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { RelaxationName } from '../../src/supernet/relaxations/index.js'
import { coded, tableRows } from '../docs/markdown.js'

const supernets = spaces.map(({ name }) => [name, sampleSupernet(name)] as const)
const relaxationNames = Object.keys(relaxations) as RelaxationName[]

/** What docs/schedules.md says that a preset is for: spaces (all, where it says any) and relaxations. */
const purposes = new Map(
  tableRows('docs/schedules.md', 'Presets').flatMap(([presets, , purpose]) => {
    const names = coded(purpose!)
    const named = spaces.map(({ name }) => name).filter((name) => names.includes(name))
    const relaxed = relaxationNames.filter((name) => names.includes(name))
    const found = {
      spaces: purpose!.startsWith('any') ? spaces.map(({ name }) => name) : named,
      relaxations: relaxed.length > 0 ? relaxed : (['gates'] as const),
    }
    return coded(presets!).map((preset) => [preset, found] as const)
  }),
)

describe.each(presetNames())('preset %s', (name) => {
  const document = resolveSchedule(name, '.')
  const purpose = purposes.get(name)!

  it('is named after its file, and says what it is for', () => {
    expect((JSON.parse(readPreset(name)) as { name: string }).name).toBe(name)
    expect(document.description.length).toBeGreaterThan(40)
    expect(purpose.spaces.length).toBeGreaterThan(0)
  })

  it('compiles on every space that it is for, and prunes to an architecture before the end', () => {
    for (const [space, supernet] of supernets.filter(([each]) => purpose.spaces.includes(each)))
      for (const relaxation of purpose.relaxations) {
        const { steps, prune, columns } = compileFor(document, supernet, 240, relaxations[relaxation])
        expect(steps, space).toBe(240)
        expect(prune.until, space).toBeLessThanOrEqual(240)
        expect(columns.length > 0, space).toBe(name !== 'none')
      }
  })

  it('says clearly why it does not fit where it does not', () => {
    for (const [space, supernet] of supernets)
      for (const relaxation of relaxationNames) {
        const compile = () => compileFor(document, supernet, 240, relaxations[relaxation])
        const fits = purpose.spaces.includes(space) && purpose.relaxations.some((each) => each === relaxation)
        if (fits) continue
        try {
          compile()
        } catch (error) {
          expect((error as Error).message).toMatch(
            /^schedule\.phases\.\d \(.+\).*(no (layer|group) matches .*; (layer|group)s: |has no decoder|is refused: )/,
          )
        }
      }
  })
})

it('a preset for a decoder is refused by a supernet without one', () => {
  const cells = supernets.find(([name]) => name === 'darts-cell')![1]
  for (const name of ['autoencoder-first', 'tabular-risk'])
    expect(() => compileFor(resolveSchedule(name, '.'), cells, 100, relaxations.gates)).toThrow(
      'schedule.phases.0 (autoencoder).train: no layer matches encoder/**; layers: stem, cell0, cell1, classifier',
    )
})

it('presets that stage layers go the way that they say', () => {
  const supernet = sampleSupernet('temporal-conv', { layers: 5 })
  const firstAt = (preset: string, layer: string) => {
    const schedule = compileFor(resolveSchedule(preset, '.'), supernet, 400, relaxations.gates)
    const own = supernet.groups.filter((group) => group.layer === layer)
    const acting = actingTerms(schedule)
    return Array.from({ length: 400 }, (_, t) => acting.onGates(layer, own, rowAt(schedule, t))).findIndex(
      (terms) => terms.some(({ term }) => term === 'l1'),
    )
  }
  for (const [preset, sign] of [
    ['front-to-back', 1],
    ['back-to-front', -1],
    ['sensor-series', -1],
  ] as const)
    expect(Math.sign(firstAt(preset, 'layer4') - firstAt(preset, 'layer0')), preset).toBe(sign)
})
