import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { readVarInt } from 'hyparquet/src/thrift.js'
import { checkFits } from '../../base/limit.js'

/** Some programs fill a last run up; none by more. */
const slack = 512

/**
 * Checks a section of runs (Parquet's hybrid of run lengths and bit packing) of `count` values of `width` bits, from
 * `from` to `to` of a page: without this one wrong byte asks for 2³¹ values, or for none for ever. Throws an Error of a
 * sentence.
 */
export function checkRuns(view: DataView, from: number, to: number, width: number, count: number): void {
  if (width > 32) throw new Error(`a page says that its values have ${width} bits`)
  if (!(to >= from && to <= view.byteLength)) throw new Error('runs of values leave their page')
  const reader = { view, offset: from }
  for (let seen = 0; seen < count;) {
    if (reader.offset >= to) throw new Error(`runs of values end after ${seen} of ${count}`)
    const header = readVarInt(reader) >>> 0
    const packed = (header & 1) === 1
    const length = (header >>> 1) * (packed ? 8 : 1)
    if (length > count - seen + slack)
      throw new Error(`a run has ${length} values where ${count - seen} are left`)
    // Without bits nothing says where a next run begins.
    if (width === 0 && length < count) throw new Error('a run without bits has too few values')
    seen += length
    reader.offset += packed ? (header >>> 1) * width : Math.ceil(width / 8)
  }
}

/** Checks the head of `count` delta-encoded integers at `at`: what its blocks say of themselves. */
export function checkDeltas(view: DataView, at: number, count: number): void {
  const reader = { view, offset: at }
  const [block, parts, total] = [readVarInt(reader), readVarInt(reader), readVarInt(reader)]
  const whole = block > 0 && parts > 0 && parts <= block && (block / parts) % 8 === 0
  if (whole && total === count) return
  throw new Error(`a page says that it has ${total} differences in blocks of ${block} in ${parts} parts`)
}

/** Checks texts that begin as the text before does: each with no more of it than it has, and all within the limit. */
export function checkPrefixes(view: DataView, at: number, count: number): void {
  const reader = { view, offset: at }
  const [prefixes, suffixes] = [0, 1].map(() => {
    const lengths = new Int32Array(count)
    checkDeltas(view, reader.offset, count)
    deltaBinaryUnpack(reader, count, lengths)
    return lengths
  })
  let before = 0
  let total = 0
  for (let i = 0; i < count; i++) {
    const [prefix, suffix] = [prefixes![i]!, suffixes![i]!]
    if (prefix < 0 || prefix > before || suffix < 0)
      throw new Error('a text begins with more than the one before')
    before = prefix + suffix
    total += before
  }
  checkFits('data', total, 'bytes of text')
}
