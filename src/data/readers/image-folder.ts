import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, sep } from 'node:path'
import { readBytes } from '../../base/data-file.js'
import { InputError } from '../../base/errors.js'
import { checkFits } from '../../base/limit.js'
import { tableOf, type ArrayContent, type BrokenFile } from '../content.js'
import { BrokenImage, requireFew } from './broken-images.js'
import { decodeImage, imageEndings, type Picture } from './image-file.js'
import { resize } from './resize.js'
import type { ReadOptions, Reader } from './types.js'

/**
 * PNG and JPEG files, upright as cameras mark them. The files of a class are in a folder named after it, at any depth below it. For
 * `predict`, a folder without classes or a single file is accepted, too. Without `image`, all images must
 * have the size of the first, and they are gray if none has a colour.
 */
export const imageFolder: Reader = {
  name: 'image-folder',
  description: 'PNG and JPEG files, a folder for each class',
  gives: 'arrays',
  options: ['image', 'resize', 'broken'],
  takes: (path) => isFolder(path) || imageEndings.includes(extname(path)),
  read: readImages,
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

async function readImages(
  path: string,
  { image, resize: policy, broken: letPass }: ReadOptions,
): Promise<ArrayContent> {
  const single = !isFolder(path)
  const folder = single ? dirname(path) : path
  const listed = single ? [basename(path)] : listImages(folder)
  const name = basename(folder)
  if (listed.length === 0) throw noImages(path)
  const { files, pictures, broken } = await decodeAll(name, folder, listed)
  const labelled = !single && listed.every((file) => file.includes('/'))
  requireFew(name, listed, broken, letPass, (file) => (labelled ? classOf(file) : ''))
  const { height, width, channels } = image ?? {
    height: pictures[0]!.height,
    width: pictures[0]!.width,
    channels: pictures.every(isGray) ? 1 : 3,
  }
  if (channels !== 1 && channels !== 3) {
    throw new InputError(`config.data.image.channels: expected 1 (gray) or 3 (colour), got ${channels}`)
  }
  const size = height * width * channels
  checkFits(name, files.length * size * 4, 'values')
  const values = new Float32Array(files.length * size)
  pictures.forEach((picture, row) => {
    const fitted = fit(
      picture,
      height,
      width,
      policy,
      `${name}/${files[row]!}`,
      image === undefined ? files[0] : undefined,
    )
    values.set(channels === 3 ? fitted : luma(fitted), row * size)
  })
  const located = { name, unit: 'image' as const, places: files }
  return {
    ...located,
    kind: 'images',
    rows: files.length,
    shape: [height, width, channels],
    values,
    ...(labelled && {
      labels: tableOf({ ...located, names: ['folder'], rows: files.map((file) => [classOf(file)]) }),
    }),
    ...(broken.length > 0 && { broken }),
  }
}

const classOf = (file: string): string => file.split('/')[0]!

/** The number of images that are examined before all are read. */
const lookedAt = 100

/**
 * Examines images spread over a folder. Returns the size of the largest, whether all have this size
 * (`alike`), 1 channel if all are gray, and the number that were examined, of which `broken` are no whole images.
 */
export async function largestImage(path: string): Promise<{
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly alike: boolean
  readonly count: number
  readonly broken: number
}> {
  const files = listImages(path)
  if (files.length === 0) throw noImages(path)
  const every = Math.ceil(files.length / lookedAt)
  const looked = files.filter((_, i) => i % every === 0)
  const { pictures: some, broken } = await decodeAll(basename(path), path, looked)
  if (some.length === 0) requireFew(basename(path), looked, broken, 'skip', () => '')
  const largest = some.reduce((a, b) => (b.height * b.width > a.height * a.width ? b : a))
  const { height, width } = largest
  return {
    height,
    width,
    channels: some.every(isGray) ? 1 : 3,
    alike: some.every((each) => each.height === height && each.width === width),
    count: looked.length,
    broken: broken.length,
  }
}

/** The number of images of each class in a folder. */
export function classSizes(path: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const name of listImages(path).map(classOf)) sizes.set(name, (sizes.get(name) ?? 0) + 1)
  return sizes
}

const noImages = (path: string): InputError =>
  new InputError(
    `${path}: expected images (${imageEndings.join(', ')}), those of a class in a folder of its own, got none`,
  )

/** The files below a folder, with `/` as the separator, sorted by character codes on every system. */
const listImages = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => imageEndings.includes(extname(file).toLowerCase()))
    .map((file) => file.split(sep).join('/'))
    .filter((file) => !file.split('/').some(isHidden))
    .sort()

/** Whether a file or folder is not the user's: hidden, or what macOS, Synology and Windows put beside files. */
const isHidden = (part: string): boolean =>
  part.startsWith('.') || ['__MACOSX', '@eaDir', '$RECYCLE.BIN'].includes(part)

/** Decodes images: those that are whole with their files, and the others with what is wrong with them. */
async function decodeAll(
  name: string,
  folder: string,
  listed: readonly string[],
): Promise<{ files: string[]; pictures: Picture[]; broken: BrokenFile[] }> {
  const files: string[] = []
  const pictures: Picture[] = []
  const broken: BrokenFile[] = []
  let total = 0
  for (const file of listed) {
    const bytes = readBytes(join(folder, file), 'data', 'an image')
    const picture = await decodeImage(`${name}/${file}`, bytes).catch((error: unknown) => {
      if (!(error instanceof BrokenImage)) throw error
      broken.push({ file, why: error.why })
    })
    if (picture === undefined) continue
    files.push(file)
    total += picture.rgb.length
    checkFits(name, total, 'decoded images')
    pictures.push(picture)
  }
  return { files, pictures, broken }
}

const isGray = ({ rgb }: Picture) => rgb.every((value, i) => value === rgb[i - (i % 3)])

function fit(
  picture: Picture,
  height: number,
  width: number,
  policy: ReadOptions['resize'],
  where: string,
  first: string | undefined,
): Float32Array {
  if (picture.height === height && picture.width === width) return Float32Array.from(picture.rgb)
  if (policy !== 'refuse') return resize(picture, height, width, policy)
  const why = first === undefined ? '' : ` as ${first}`
  throw new InputError(
    `${where}: expected an image of ${height}×${width} (height × width)${why}, got ${picture.height}×${picture.width}; ` +
      'config.data.resize: stretch or crop makes it fit',
  )
}

/** The luma Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601); exact if R = G = B. */
function luma(rgb: Float32Array): Float32Array {
  return Float32Array.from({ length: rgb.length / 3 }, (_, pixel) => {
    const [r, g, b] = rgb.subarray(pixel * 3, pixel * 3 + 3) as unknown as [number, number, number]
    return r === g && g === b ? r : 0.299 * r + 0.587 * g + 0.114 * b
  })
}
