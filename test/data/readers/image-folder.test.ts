import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../../src/data/records.js'
import { rejection } from '../helpers.js'
import { jpegFile, pngFile, readingPlace } from './helpers.js'

const { at, read, write } = readingPlace()
const gray = (value: number) => (): [number, number, number] => [value, value, value]
const image = { height: 2, width: 3, channels: 3 }

/** Pixels that all differ. */
const ramp = (x: number, y: number): [number, number, number] => [10 * x, 10 * y, 200]
write('all/cat/b.png', pngFile(3, 2, ramp))
write('all/cat/a.png', pngFile(3, 2, gray(7)))
write('all/dog/deep/c.PNG', pngFile(3, 2, gray(9)))
write('all/dog/notes.txt', 'no image')
write('all/.cache/x.png', pngFile(1, 1, gray(1)))

describe('the image-folder reader', () => {
  it('reads colour images, with their folders as classes', async () => {
    const data = await read({ file: 'all' })
    expect([data.rows, ...data.shape]).toEqual([3, 2, 3, 3])
    expect(data.task).toEqual({ kind: 'classification', classes: ['cat', 'dog'] })
    expect([...data.targets]).toEqual([0, 0, 1])
    expect([...data.inputs.subarray(18, 36)]).toEqual([
      ...[0, 0, 200, 10, 0, 200, 20, 0, 200],
      ...[0, 10, 200, 10, 10, 200, 20, 10, 200],
    ])
    expect(new Set(data.inputs.subarray(0, 18))).toEqual(new Set([7]))
  })

  it('is gray where no image has a colour, or where told', async () => {
    write('gray/a/1.png', pngFile(2, 2, gray(10)))
    write('gray/b/1.png', pngFile(2, 2, gray(20), { colorType: 0 }))
    const data = await read({ file: 'gray' })
    expect(data.shape).toEqual([2, 2, 1])
    expect([...data.inputs]).toEqual([10, 10, 10, 10, 20, 20, 20, 20])
    const told = await read({ file: 'all', image: { ...image, channels: 1 } })
    expect(told.inputs[6 + 1]).toBeCloseTo(0.299 * 10 + 0.114 * 200, 4)
    expect((await read({ file: 'gray', image: { height: 2, width: 2, channels: 3 } })).shape).toEqual([
      2, 2, 3,
    ])
  })

  it('reads JPEG, whatever the ending says', async () => {
    write('jpeg/a/1.jpg', jpegFile(8, 8, gray(100)))
    write('jpeg/b/1.png', jpegFile(8, 8, gray(50)))
    const { inputs, shape } = await read({ file: 'jpeg' })
    expect(shape).toEqual([8, 8, 1])
    inputs.forEach((value, i) => expect(Math.abs(value - (i < 64 ? 100 : 50))).toBeLessThanOrEqual(1))
  })

  it('reads 16 bits a value and palettes of one bit as 8 bits', async () => {
    write('deep/a/1.png', pngFile(2, 2, gray(128), { bitDepth: 16, colorType: 0, inputHasAlpha: true }))
    write('deep/b/1.png', pngFile(2, 2, gray(3)))
    const { inputs } = await read({ file: 'deep' })
    expect(inputs).toHaveLength(8)
    expect([...inputs.subarray(4)]).toEqual([3, 3, 3, 3])
  })

  it('names the file with another size, and makes it fit where told', async () => {
    write('mixed/a/1.png', pngFile(4, 4, gray(30)))
    write(
      'mixed/b/2.png',
      pngFile(8, 4, (x) => [x < 4 ? 0 : 100, 0, 0]),
    )
    expect(await rejection(read({ file: 'mixed' }))).toBe(
      'mixed/b/2.png: expected an image of 4×4 (height × width) as a/1.png, got 4×8; config.data.resize: stretch or crop makes it fit',
    )
    const size = { image: { height: 2, width: 2, channels: 3 } }
    expect(await rejection(read({ file: 'mixed', ...size }))).toMatch(
      /^mixed\/a\/1\.png: expected an image of 2×2 \(height × width\), got 4×4/,
    )
    const red = async (resize: string) =>
      [...(await read({ file: 'mixed', ...size, resize })).inputs.subarray(12)].filter((_, i) => i % 3 === 0)
    // Four columns of 0 and four of 100; halved in height, and in width by 4 or (after the crop) by 2.
    const stretched = await red('stretch')
    expect(stretched[0]! + stretched[1]!).toBeCloseTo(100, 4)
    expect(stretched[0]).toBeGreaterThan(0)
    expect(stretched[0]).toBeLessThan(20)
    const cropped = await red('crop')
    expect(cropped[0]! + cropped[1]!).toBeCloseTo(100, 4)
    expect(cropped[0]).not.toBeCloseTo(stretched[0]!, 1)
  })

  it('predicts a folder without classes, a folder with, and one file', async () => {
    const { encoding, inputs } = await read({ file: 'all' })
    const all = await encodeRecords(encoding, at('all'))
    expect(all).toMatchObject({ unit: 'image', places: ['cat/a.png', 'cat/b.png', 'dog/deep/c.PNG'] })
    expect(all.inputs).toEqual(inputs)
    const flat = await encodeRecords(encoding, at('all/cat'))
    expect(flat.places).toEqual(['a.png', 'b.png'])
    const one = await encodeRecords(encoding, at('all/cat/b.png'))
    expect(one.inputs).toEqual(inputs.subarray(18, 36))
    write('large.png', pngFile(4, 4, gray(1)))
    expect(await rejection(encodeRecords(encoding, at('large.png')))).toMatch(
      /large\.png: expected an image of 2×3 \(height × width\), got 4×4/,
    )
    expect(await rejection(encodeRecords(encoding, at('none.png')))).toMatch(/^data: expected an image, got /)
  })

  it('refuses broken and transparent images, folders without classes, and other channels', async () => {
    const whole = pngFile(3, 2, ramp)
    write('cut/a/1.png', whole.subarray(0, whole.length - 20))
    expect(await rejection(read({ file: 'cut' }))).toMatch(
      /^cut\/a\/1\.png: expected a whole PNG image, got an error: /,
    )
    const photo = jpegFile(32, 32, (x, y) => [(x * 37) % 256, (y * 91) % 256, (x * y) % 256])
    write('cut2/a/1.jpg', photo.subarray(0, photo.length / 2))
    expect(await rejection(read({ file: 'cut2' }))).toMatch(/^cut2\/a\/1\.jpg: expected a whole JPEG image/)
    write('text/a/1.jpg', 'no image')
    expect(await rejection(read({ file: 'text' }))).toMatch(/^text\/a\/1\.jpg: expected a whole JPEG image/)
    write(
      'clear/a/1.png',
      pngFile(1, 1, () => [1, 2, 3, 128]),
    )
    expect(await rejection(read({ file: 'clear' }))).toBe(
      'clear/a/1.png: expected an image without transparency, got a pixel that shows through; save it on a background',
    )
    expect(await rejection(read({ file: 'all/cat' }))).toMatch(
      /^cat: expected a target for each row \(images in a folder/,
    )
    expect(await rejection(read({ file: 'all', image: { ...image, channels: 2 } }))).toBe(
      'config.data.image.channels: expected 1 (gray) or 3 (colour), got 2',
    )
    write('empty/a/notes.txt', '')
    expect(await rejection(read({ file: 'empty' }))).toBe(
      `${at('empty')}: expected images (.png, .jpg, .jpeg), those of a class in a folder of its own, got none`,
    )
  })

  it('refuses, before it decodes, an image whose header says that it is huge', async () => {
    const png = Buffer.from(pngFile(2, 2, () => [1, 2, 3]))
    png.writeUInt32BE(30_000, 16)
    png.writeUInt32BE(40_000, 20)
    const jpeg = Buffer.from(jpegFile(2, 2, () => [1, 2, 3]))
    const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0))
    jpeg.writeUInt16BE(40_000, frame + 5)
    jpeg.writeUInt16BE(30_000, frame + 7)
    for (const [name, bytes] of [
      ['huge/a/1.png', png],
      ['huge2/a/1.jpg', jpeg],
    ] as const) {
      write(name, bytes)
      expect(await rejection(read({ file: name.split('/')[0]! }))).toContain(
        `${name}: expected at most 1 GiB of a decoded image (40000×30000 pixels), got 17.9 GiB; `,
      )
    }
  })
})
