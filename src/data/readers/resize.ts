import type { Picture } from './image-file.js'

/**
 * Resizes an image of height × width × 3 by a triangle filter along each axis (bilinear; the filter widens if
 * the image shrinks, to avoid aliasing). `stretch` fits both sides; `crop` keeps the aspect ratio and cuts
 * off the excess equally on both sides.
 */
export function resize(
  picture: Picture,
  height: number,
  width: number,
  policy: 'stretch' | 'crop',
): Float32Array {
  const scale = Math.min(picture.height / height, picture.width / width)
  const kept = policy === 'crop' ? [height * scale, width * scale] : [picture.height, picture.width]
  const rows = weights(picture.height, kept[0]!, height)
  const columns = weights(picture.width, kept[1]!, width)
  const result = new Float32Array(height * width * 3)
  const wide = new Float64Array(picture.height * width * 3)
  for (let y = 0; y < picture.height; y++) {
    columns.forEach(({ from, share }, x) => {
      for (let c = 0; c < 3; c++) {
        const sum = share.reduce((s, w, i) => s + w * picture.rgb[(y * picture.width + from + i) * 3 + c]!, 0)
        wide[(y * width + x) * 3 + c] = sum
      }
    })
  }
  rows.forEach(({ from, share }, y) => {
    for (let p = 0; p < width * 3; p++) {
      result[y * width * 3 + p] = share.reduce((s, w, i) => s + w * wide[(from + i) * width * 3 + p]!, 0)
    }
  })
  return result
}

/**
 * For each position on an axis, the first source position that contributes, and the weights, which sum to 1.
 */
function weights(source: number, kept: number, size: number): { from: number; share: number[] }[] {
  const scale = kept / size
  const support = Math.max(1, scale)
  return Array.from({ length: size }, (_, i) => {
    const centre = (source - kept) / 2 + (i + 0.5) * scale
    const from = Math.max(0, Math.floor(centre - support))
    const to = Math.min(source, Math.ceil(centre + support))
    const raw = Array.from({ length: to - from }, (_, j) =>
      Math.max(0, 1 - Math.abs(from + j + 0.5 - centre) / support),
    )
    const sum = raw.reduce((a, b) => a + b, 0)
    return { from, share: raw.map((w) => w / sum) }
  })
}
