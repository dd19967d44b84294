import { extname } from 'node:path'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { InputError } from '../../base/errors.js'
import { checkFits, fileLimit } from '../../base/limit.js'
import { damageOf } from './damage.js'

/** A decoded image: RGB, 8 bits a value. */
export interface Picture {
  readonly height: number
  readonly width: number
  /** height × width × 3, row by row. */
  readonly rgb: Uint8Array
}

/** The endings of image files that can be read. */
export const imageEndings: readonly string[] = ['.png', '.jpg', '.jpeg']

/** What a pixel takes while an image is decoded: four channels of 16 bits, packed and unpacked. */
const bytesOfPixel = 16

/**
 * Decodes a PNG or JPEG file of any bit depth; `where` names it. Transparency is an error, and so is a size, which
 * its header says, beyond the limit of memory: nothing is decoded then.
 */
export function decodeImage(where: string, bytes: Buffer): Picture {
  const { width, height, data } = decode(where, bytes)
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

function decode(where: string, bytes: Buffer): { width: number; height: number; data: Uint8Array } {
  // Its first bytes say what a file is; names lie.
  const png = bytes.subarray(1, 4).toString('latin1') === 'PNG'
  const [height, width] = png ? pngSize(bytes) : jpegSize(bytes)
  const what = `a decoded image (${height}×${width} pixels)`
  checkFits(where, height * width * bytesOfPixel, what)
  try {
    return png ? PNG.sync.read(bytes) : jpeg.decode(bytes, jpegOptions())
  } catch (error) {
    const wanted = png || extname(where).toLowerCase() === '.png' ? 'PNG' : 'JPEG'
    throw new InputError(`${where}: expected a whole ${wanted} image, got an error: ${damageOf(error)}`)
  }
}

/** Its own limits are lower than ours, and tolerant decoding would fill a truncated image with gray. */
const jpegOptions = () => ({
  useTArray: true as const,
  tolerantDecoding: false,
  maxMemoryUsageInMB: fileLimit() / 2 ** 20,
  maxResolutionInMP: fileLimit() / bytesOfPixel / 1e6,
})

type Size = readonly [height: number, width: number]

const pngSize = (bytes: Buffer): Size =>
  bytes.length < 24 ? [0, 0] : [bytes.readUInt32BE(20), bytes.readUInt32BE(16)]

/** The size in the frame header of a JPEG image; nothing where there is none, which decoding then says. */
function jpegSize(bytes: Buffer): Size {
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!
    // Frames of all kinds but the three numbers that mean tables.
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (frame) return [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)]
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2)
  }
  return [0, 0]
}
