const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The largest 16-bit float, and the smallest with all its digits. */
const [largest, smallest] = [65504, 2 ** -14]

/** Whether 16-bit floats hold some values: none is too large, and the largest keeps its digits. */
export function fitsFloat16(values: Float32Array): boolean {
  const most = values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0)
  return most === 0 || (most <= largest && most >= smallest)
}

/** The 16 bits of the nearest 16-bit float (IEEE 754, ties to even); infinite beyond its range. */
export function float16Bits(value: number): number {
  float[0] = value
  const sign = (bits[0]! >>> 16) & 0x8000
  const mantissa = bits[0]! & 0x7fffff
  const exponent = ((bits[0]! >>> 23) & 0xff) - 112
  if (exponent === 0xff - 112) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200)
  if (exponent >= 31) return sign | 0x7c00
  if (exponent < -10) return sign
  if (exponent <= 0) return sign | rounded(mantissa | 0x800000, 14 - exponent)
  // A carry of the mantissa belongs into the exponent.
  return sign | ((exponent << 10) + rounded(mantissa, 13))
}

/** x / 2^places, to the nearest whole number, ties to even. */
function rounded(x: number, places: number): number {
  const whole = x >>> places
  const [rest, half] = [x & ((1 << places) - 1), 1 << (places - 1)]
  return whole + (rest > half || (rest === half && (whole & 1) === 1) ? 1 : 0)
}
