import { extname } from 'node:path'
import { PNG } from 'pngjs'
import { InputError } from '../../base/errors.js'
import { checkFits } from '../../base/limit.js'
import { BrokenImage } from './broken-images.js'
import { damageOf } from './damage.js'
import { decodeJpeg } from './jpeg.js'
import { pngDamage } from './png-damage.js'

/** A decoded image in RGB with 8 bits per value. */
export interface Picture {
  readonly height: number
  readonly width: number
  /** height × width × 3 values, row by row. */
  readonly rgb: Uint8Array
}

/** The extensions of the image files that can be read. */
export const imageEndings: readonly string[] = ['.png', '.jpg', '.jpeg']

/** The bytes per pixel while an image is decoded: four channels of 16 bits, packed and unpacked. */
const bytesOfPixel = 16

/**
 * Decodes a PNG or JPEG file of any bit depth, upright as the EXIF orientation of a JPEG file says. `where`
 * names it in messages. Throws for transparency, and for an image whose size according to its header exceeds
 * the limit of memory, before it is decoded; and a BrokenImage for a file that is no whole image.
 */
export async function decodeImage(where: string, bytes: Buffer): Promise<Picture> {
  const { width, height, data } = await decode(where, bytes)
  const rgb = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (data[pixel * 4 + 3] !== 255) {
      throw new InputError(
        `${where}: expected an image without transparency, got a pixel that shows through; save it on a background`,
      )
    }
    rgb.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3)
  }
  return { height, width, rgb }
}

async function decode(
  where: string,
  bytes: Buffer,
): Promise<{ width: number; height: number; data: Uint8Array | Uint8ClampedArray }> {
  // The first bytes identify the format more reliably than the name.
  const png = bytes.subarray(1, 4).toString('latin1') === 'PNG'
  const [height, width] = png ? pngSize(bytes) : jpegSize(bytes)
  const what = `a decoded image (${height}×${width} pixels)`
  checkFits(where, height * width * bytesOfPixel, what)
  try {
    return png ? PNG.sync.read(bytes) : await decodeJpeg(bytes)
  } catch (error) {
    const wanted = png || extname(where).toLowerCase() === '.png' ? 'PNG' : 'JPEG'
    const got =
      png && !(error instanceof InputError) ? pngDamage(bytes, error) : `got an error: ${damageOf(error)}`
    const why = `expected a whole ${wanted} image, ${got}`
    // An image that is whole, but of a kind that is not read, is no damage: its user can save it otherwise.
    if (error instanceof InputError) throw new InputError(`${where}: ${why}`)
    throw new BrokenImage(where, why)
  }
}

type Size = readonly [height: number, width: number]

const pngSize = (bytes: Buffer): Size =>
  bytes.length < 24 ? [0, 0] : [bytes.readUInt32BE(20), bytes.readUInt32BE(16)]

/**
 * The size in the frame header of a JPEG image; 0 × 0 if there is none, so that decoding reports the error.
 */
function jpegSize(bytes: Buffer): Size {
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!
    // The markers of frames; the three exceptions do not begin a frame.
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (frame) return [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)]
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2)
  }
  return [0, 0]
}
