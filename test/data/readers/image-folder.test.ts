import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../../src/data/records.js'
import { rejection } from '../helpers.js'
import { heldAs, jpegFile, pngFile, readingPlace } from './helpers.js'

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

/** Writes a file into two folders, because a data set has at least two classes. */
const writeTwice = (folder: string, file: Buffer) => {
  for (const name of ['a', 'b']) write(`${folder}/${name}/1.jpg`, file)
}

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

  // Where row 0 and column 0 of the file are seen, by the table of the EXIF standard.
  it.each([
    [1, 'top', 'left'],
    [2, 'top', 'right'],
    [3, 'bottom', 'right'],
    [4, 'bottom', 'left'],
    [5, 'left', 'top'],
    [6, 'right', 'top'],
    [7, 'right', 'bottom'],
    [8, 'left', 'bottom'],
  ] as const)(
    'turns JPEG of orientation %i upright, for predictions too',
    async (orientation, row, column) => {
      // Red in the first rows, blue in the first columns.
      const stored = jpegFile(32, 16, (x, y) => [y < 8 ? 255 : 0, 0, x < 8 ? 255 : 0])
      for (const order of ['II', 'MM'] as const) {
        const folder = `held-${orientation}-${order}`
        writeTwice(folder, heldAs(stored, orientation, order))
        const { inputs, shape, encoding } = await read({ file: folder })
        const [height, width] = shape as [number, number]
        expect([height, width]).toEqual(orientation < 5 ? [16, 32] : [32, 16])
        const mean = (side: string, channel: number) => {
          const seen = Array.from({ length: height * width }, (_, i) => i).filter((i) => {
            const [y, x] = [Math.floor(i / width), i % width]
            return { top: y < 8, bottom: y >= height - 8, left: x < 8, right: x >= width - 8 }[side]
          })
          return seen.reduce((sum, i) => sum + inputs[3 * i + channel]!, 0) / seen.length
        }
        const opposite = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' }
        expect(mean(row, 0)).toBeGreaterThan(245)
        expect(mean(opposite[row], 0)).toBeLessThan(10)
        expect(mean(column, 2)).toBeGreaterThan(245)
        expect(mean(opposite[column], 2)).toBeLessThan(10)
        const one = await encodeRecords(encoding, at(`${folder}/b/1.jpg`))
        expect(one.inputs).toEqual(inputs.subarray(inputs.length / 2))
      }
    },
  )

  it('leaves JPEG as it is where the tag says nothing', async () => {
    const stored = jpegFile(16, 8, (x) => [x < 8 ? 255 : 0, 0, 0])
    writeTwice('unmarked', stored)
    const { inputs } = await read({ file: 'unmarked' })
    for (const [name, orientation] of [
      ['zero', 0],
      ['nine', 9],
    ] as const) {
      writeTwice(name, heldAs(stored, orientation))
      expect((await read({ file: name })).inputs).toEqual(inputs)
    }
  })

  it('reads on after a damaged JPEG, and leaves no class of browsers behind', async () => {
    const whole = jpegFile(8, 8, gray(90))
    writeTwice('bad', Buffer.concat([whole.subarray(0, 30), Buffer.from('nothing')]))
    writeTwice('good', whole)
    for (let i = 0; i < 3; i++) {
      expect(await rejection(read({ file: 'bad' }))).toMatch(/^bad\/a\/1\.jpg: expected a whole JPEG image/)
      expect((await read({ file: 'good' })).inputs[0]).toBeCloseTo(90, 0)
    }
    expect('ImageData' in globalThis).toBe(false)
  })

  it('refuses JPEG for print, and says what to do', async () => {
    const colour = jpegFile(8, 8, gray(90))
    // Four components in the frame, each of which the scan names: what a decoder finds first.
    const frame = colour.indexOf(Buffer.of(0xff, 0xc0))
    const scan = colour.indexOf(Buffer.of(0xff, 0xda))
    const length = colour.readUInt16BE(frame + 2)
    const four = Buffer.concat([
      colour.subarray(0, frame + 2),
      Buffer.of(0, length + 3),
      colour.subarray(frame + 4, frame + 9),
      Buffer.of(4),
      colour.subarray(frame + 10, frame + 2 + length),
      Buffer.of(4, 0x11, 0),
      colour.subarray(frame + 2 + length, scan + 2),
      Buffer.of(0, 14, 4),
      colour.subarray(scan + 5, scan + 11),
      Buffer.of(4, 0),
      colour.subarray(scan + 11),
    ])
    writeTwice('print', four)
    expect(await rejection(read({ file: 'print' }))).toMatch(/neither gray nor RGB; save it in RGB$/)
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
      new RegExp(
        `^cut/a/1\\.png: expected a whole PNG image, got one that was cut short: it ends after ${whole.length - 20} bytes, before its last part; copy or download it again`,
      ),
    )
    const bent = Buffer.from(whole)
    bent[bent.length - 20]! ^= 1
    write('bent/a/1.png', bent)
    expect(await rejection(read({ file: 'bent' }))).toMatch(
      /^bent\/a\/1\.png: expected a whole PNG image, got one with damaged bytes.*; copy it again, or save it anew/,
    )
    write('head/a/1.png', whole.subarray(0, 20))
    expect(await rejection(read({ file: 'head' }))).toMatch(
      /got one that was cut short: it ends after 20 bytes/,
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
