import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import create from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js'
import { InputError } from '../../base/errors.js'

/** A decoded image with four values a pixel: red, green, blue, and 255. */
export interface DecodedJpeg {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** An instance of libjpeg (as MozJPEG) in WebAssembly, and what it said about the last image. */
interface Codec {
  readonly decode: (bytes: Uint8Array, upright: boolean) => DecodedJpeg | null
  readonly said: string[]
}

const start = async (): Promise<Codec> => {
  const said: string[] = []
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')
  const make = create as unknown as (options: object) => Promise<Pick<Codec, 'decode'>>
  const options = { wasmBinary: readFileSync(path), printErr: (line: string) => said.push(line) }
  const { decode } = await withImageData(() => make(options))
  return { decode, said }
}

let codec: Promise<Codec> | undefined

/**
 * Decodes a JPEG image, baseline or progressive, gray or in colour, and turns it upright as its EXIF
 * orientation says. Throws an Error with libjpeg's words if the image is damaged or cut off, and an InputError if
 * its colours are of a kind that is not read.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<DecodedJpeg> {
  const { decode, said } = await (codec ??= start())
  said.length = 0
  let image: DecodedJpeg | null = null
  try {
    image = withImageData(() => decode(bytes, true))
  } catch {
    // libjpeg ended as a program does, and left its memory behind.
    codec = undefined
  }
  const problem = said.find((line) => !isHarmless(line, bytes))
  if (image && problem === undefined) return image
  if (problem?.includes('color conversion'))
    throw new InputError('its colours are neither gray nor RGB; save it in RGB')
  throw new Error(problem ?? 'its bytes are damaged')
}

/**
 * Whether a warning is about something that changes no pixel. libjpeg tells only the first of an image, behind
 * which a cut may hide.
 */
const isHarmless = (warning: string, bytes: Uint8Array): boolean =>
  /extraneous bytes before marker|JFIF revision/.test(warning) &&
  Buffer.from(bytes).lastIndexOf(endOfImage) > 0
const endOfImage = Buffer.of(0xff, 0xd9)

/** The decoder makes its results with this class of browsers. Node gets it only for so long. */
function withImageData<T>(work: () => T): T {
  const slots = globalThis as { ImageData?: unknown }
  const before = Object.getOwnPropertyDescriptor(slots, 'ImageData')
  slots.ImageData = class {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  }
  try {
    return work()
  } finally {
    delete slots.ImageData
    if (before) Object.defineProperty(slots, 'ImageData', before)
  }
}
