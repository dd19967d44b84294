import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import jpeg from 'jpeg-js'
import { afterAll, describe, expect, it } from 'vitest'
import { packagePath } from '../../../src/base/package-path.js'
import { decodeImage } from '../../../src/data/readers/image-file.js'
import { pythonWith } from '../../helpers/python.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-pillow-'))
afterAll(() => rmSync(folder, { recursive: true }))
const python = pythonWith(folder, ['PIL', 'numpy'], ['pillow', 'numpy'])

/** How much values differ from those of Pillow, of 0 to 255. */
interface Difference {
  readonly largest: number
  /** The share of values that differ. */
  readonly share: number
}

function difference(own: ArrayLike<number>, wanted: Uint8Array): Difference {
  expect(own).toHaveLength(wanted.length)
  let [largest, count] = [0, 0]
  wanted.forEach((value, i) => {
    const apart = Math.abs(value - own[i]!)
    largest = Math.max(largest, apart)
    if (apart > 0) count += 1
  })
  return { largest, share: count / wanted.length }
}

describe.skipIf(python === undefined)('JPEG files that Pillow wrote', () => {
  const files = () => {
    execFileSync(python!, [packagePath('test', 'data', 'readers', 'pillow.py'), folder])
    const names = readdirSync(folder)
    return names
      .filter((name) => name.endsWith('.jpg'))
      .map((name) => {
        const pixels = names.find(
          (each) => each.startsWith(name.replace('.jpg', '.')) && each.endsWith('.rgb'),
        )!
        const [, height, width] = /\.(\d+)x(\d+)\.rgb$/.exec(pixels)!
        const bytes = readFileSync(join(folder, name))
        const wanted = new Uint8Array(readFileSync(join(folder, pixels)))
        return { name, bytes, size: [Number(height), Number(width)], wanted }
      })
  }

  it('have the values and the orientation that Pillow reads', async () => {
    const found: (Difference & { name: string })[] = []
    for (const { name, bytes, size, wanted } of files()) {
      const { height, width, rgb } = await decodeImage(name, bytes)
      expect([height, width], name).toEqual(size)
      found.push({ name, ...difference(rgb, wanted) })
    }
    expect(found).toHaveLength(18)
    console.log('libjpeg here and in Pillow', worst(found))
    for (const { name, largest } of found) expect(largest, name).toBeLessThanOrEqual(1)
  })

  it('were read otherwise by a decoder in JavaScript', () => {
    const found = files().flatMap(({ name, bytes, size, wanted }) => {
      const { width, height, data } = jpeg.decode(bytes, { useTArray: true })
      // It knows no orientation: only files that need no turn can be compared.
      if (!/^(0|8|16)-/.test(name)) return []
      expect([height, width]).toEqual(size)
      return [
        {
          name,
          ...difference(
            data.filter((_, i) => i % 4 < 3),
            wanted,
          ),
        },
      ]
    })
    console.log('jpeg-js and Pillow', worst(found))
    expect(Math.max(...found.map(({ largest }) => largest))).toBeGreaterThan(1)
  })
})

const worst = (found: readonly Difference[]): Difference => ({
  largest: Math.max(...found.map(({ largest }) => largest)),
  share: Math.max(...found.map(({ share }) => share)),
})
