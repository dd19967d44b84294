import { describe, expect, it } from 'vitest'
import { mutations, mutators } from './mutations.js'

const bytes = Uint8Array.from({ length: 200 }, (_, i) => i)

describe('mutations', () => {
  it('are the same ones for the same seed, others for another', () => {
    expect(mutations(bytes, 50)).toEqual(mutations(bytes, 50))
    expect(mutations(bytes, 50, { seed: 1 })).not.toEqual(mutations(bytes, 50, { seed: 2 }))
  })

  it('leave what they are given as it is, and take no bytes, too', () => {
    mutations(bytes, 200)
    expect(bytes).toEqual(Uint8Array.from({ length: 200 }, (_, i) => i))
    expect(() => mutations(new Uint8Array(0), 200)).not.toThrow()
  })

  it.each(Object.keys(mutators))('change bytes by %s', (kind) => {
    const changed = mutations(bytes, 200, { seed: 3 }).filter(({ name }) => name.endsWith(kind))
    expect(changed.some((each) => Buffer.compare(each.bytes, bytes) !== 0)).toBe(true)
  })

  it('take kinds of one format beside their own', () => {
    const more = { upper: () => Uint8Array.from([65]) }
    const found = mutations(bytes, 200, { more }).filter(({ name }) => name.endsWith(': upper'))
    expect(found.length).toBeGreaterThan(0)
    expect(found[0]!.bytes).toEqual(Uint8Array.from([65]))
  })
})
