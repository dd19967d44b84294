import { describe, expect, test } from 'vitest'
import { affineOf, quantized } from '../../src/export/precision/affine.js'
import { fitsFloat16, float16Bits } from '../../src/export/precision/float16.js'

describe('numbers', () => {
  test.each([
    [0, 0],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [Infinity, 0x7c00],
  ])('%d has the bits of IEEE 754 %d', (value, bits) => expect(float16Bits(value)).toBe(bits))

  test('kernels that are too large or too small for 16 bits are known', () => {
    const fits = (...values: number[]) => fitsFloat16(Float32Array.from(values))
    expect([fits(0, 0), fits(3, 1e-9), fits(65504), fits(70000), fits(1e-6)]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })

  test('0 is held exactly, and other values within half a step', () => {
    for (const least of [0, -128]) {
      const affine = affineOf([-0.3, 1.7], least)
      const back = (value: number) => (quantized(value, affine, least) - affine.zero) * affine.scale
      expect(back(0)).toBe(0)
      for (const value of [-0.29, 0.4, 1.69]) expect(Math.abs(back(value) - value)).toBeLessThan(1 / 255)
      expect(quantized(9, affine, least)).toBe(least + 255)
    }
    expect(affineOf([0, 0], 0)).toEqual({ scale: 1, zero: 0 })
  })
})
