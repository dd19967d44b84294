import { extname } from 'node:path'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { InputError } from '../../base/errors.js'

/** A decoded image: RGB, 8 bits a value. */
export interface Picture {
  readonly height: number
  readonly width: number
  /** height × width × 3, row by row. */
  readonly rgb: Uint8Array
}

/** The endings of image files that can be read. */
export const imageEndings: readonly string[] = ['.png', '.jpg', '.jpeg']

/** Decodes a PNG or JPEG file of any bit depth; `where` names it. Transparency is an error. */
export function decodeImage(where: string, bytes: Buffer): Picture {
  const { width, height, data } = decode(where, bytes)
  const rgb = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (data[pixel * 4 + 3] !== 255) {
      throw new InputError(`${where}: expected an image without transparency, got a pixel that shows through`)
    }
    rgb.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3)
  }
  return { height, width, rgb }
}

function decode(where: string, bytes: Buffer): { width: number; height: number; data: Uint8Array } {
  // Its first bytes say what a file is; names lie.
  const png = bytes.subarray(1, 4).toString('latin1') === 'PNG'
  try {
    // Tolerant decoding would fill a truncated image with gray.
    return png ? PNG.sync.read(bytes) : jpeg.decode(bytes, { useTArray: true, tolerantDecoding: false })
  } catch (error) {
    const wanted = png || extname(where).toLowerCase() === '.png' ? 'PNG' : 'JPEG'
    throw new InputError(
      `${where}: expected a whole ${wanted} image, got an error: ${(error as Error).message}`,
    )
  }
}
