import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { readVarInt } from 'hyparquet/src/thrift.js'
import { checkFits } from '../../base/limit.js'

/** Some programs pad the last run, but by no more values than this. */
const slack = 512

/**
 * Checks a section of runs (Parquet's hybrid of run lengths and bit packing) with `count` values of `width`
 * bits, from `from` to `to` in a page. Without this, one wrong byte could ask for 2³¹ values, or for an
 * endless loop. Throws an Error with a sentence as its message.
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
    // Without bits, the start of the next run is unknown.
    if (width === 0 && length < count) throw new Error('a run without bits has too few values')
    seen += length
    reader.offset += packed ? (header >>> 1) * width : Math.ceil(width / 8)
  }
}

/** Checks the header of `count` delta-encoded integers at `at`: the sizes of its blocks. */
export function checkDeltas(view: DataView, at: number, count: number): void {
  const reader = { view, offset: at }
  const [block, parts, total] = [readVarInt(reader), readVarInt(reader), readVarInt(reader)]
  const whole = block > 0 && parts > 0 && parts <= block && (block / parts) % 8 === 0
  if (whole && total === count) return
  throw new Error(`a page says that it has ${total} differences in blocks of ${block} in ${parts} parts`)
}

/**
 * Checks texts that share a prefix with the text before: the prefix must not be longer than that text, and
 * all texts together must fit into memory.
 */
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
