import { describe, expect, test } from 'vitest'
import { checkComparison } from '../../src/config/check-comparison.js'
import { withRivals } from '../../src/compare/with-rivals.js'

const document = {
  base: { supernet: { space: 'mlp-cell' } },
  sets: {
    concrete: { data: { source: 'concrete' } },
    digits: { data: { source: 'digits' }, supernet: { space: 'darts-cell' } },
  },
  methods: { auto: 'auto' },
}
const methodsOf = async (changes: object = {}) =>
  (await withRivals(checkComparison({ ...document, ...changes }), { folder: '.' })).methods

describe('the rivals of a document', () => {
  test('are by default those that suit each set, behind its own methods', async () => {
    expect(await methodsOf()).toEqual({
      auto: 'auto',
      unpruned: { rival: 'unpruned' },
      magnitude: { rival: 'magnitude' },
      random: { rival: 'random' },
      mlp: { rival: 'mlp', sets: ['concrete'] },
      resnet: { rival: 'resnet', sets: ['digits'] },
    })
    expect(Object.keys(await methodsOf())[0]).toBe('auto')
  })

  test('give way to methods of their names, and to methods that are the same', async () => {
    const methods = { auto: 'auto', mlp: 'none', whole: { rival: 'unpruned' } }
    expect(Object.keys(await methodsOf({ methods }))).toEqual([
      ...Object.keys(methods),
      'magnitude',
      'random',
      'resnet',
    ])
  })

  test('are none, or those of a list, each of which must suit every set', async () => {
    expect(await methodsOf({ rivals: 'none' })).toEqual(document.methods)
    expect(await methodsOf({ rivals: ['random', 'grid'] })).toEqual({
      auto: 'auto',
      random: { rival: 'random' },
      grid: { rival: 'grid' },
    })
    await expect(methodsOf({ rivals: ['mlp'] })).rejects.toThrow(
      'comparison.rivals: mlp: expected data of kind table, got images; take resnet (digits); a method with rival: mlp may name its sets',
    )
  })

  test('may be named by the preregistration, if they suit a set', async () => {
    const preregistered = { method: 'auto', against: 'mlp', margin: 0 }
    expect(await methodsOf({ preregistered })).toHaveProperty('mlp')
    await expect(methodsOf({ preregistered: { ...preregistered, against: 'minirocket' } })).rejects.toThrow(
      'comparison.preregistered.against: expected one of auto, unpruned',
    )
  })
})
