import { nodeSha256 } from './files.js'

/** Named arrays with texts beside them. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>
  readonly arrays: ReadonlyMap<string, Float32Array | Float64Array>
}

/** A placeholder for the hash while it is computed, because a file cannot contain a hash of itself. */
const noHash = '0'.repeat(64)

/**
 * Named arrays in the safetensors layout (length, JSON header, arrays), with a hash of all bytes in the header's
 * metadata.
 */
export function safetensors(
  metadata: Safetensors['metadata'],
  arrays: Iterable<readonly [string, Float32Array | Float64Array]>,
): Buffer {
  const header: Record<string, unknown> = { __metadata__: { sha256: noHash, ...metadata } }
  const all = [...arrays]
  let offset = 0
  for (const [name, values] of all) {
    header[name] = {
      dtype: values instanceof Float64Array ? 'F64' : 'F32',
      shape: [values.length],
      data_offsets: [offset, offset + values.byteLength],
    }
    offset += values.byteLength
  }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ')
  json.copy(padded)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  const bodies = all.map(([, v]) => Buffer.from(v.buffer, v.byteOffset, v.byteLength))
  const bytes = Buffer.concat([length, padded, ...bodies])
  bytes.write(nodeSha256(bytes), bytes.indexOf(noHash), 'latin1')
  return bytes
}

/** Reads what `safetensors` made. Throws if it is damaged. */
export function readSafetensors(bytes: Buffer): Safetensors {
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  > & { __metadata__: Record<string, string> }
  const end = Object.values(entries).reduce((most, { data_offsets: [, to] }) => Math.max(most, to), 0)
  if (bytes.length !== start + end) throw new Error(`expected ${start + end} bytes, got ${bytes.length}`)
  checkHash(bytes, metadata)
  const body = ([from, to]: [number, number]) =>
    bytes.buffer.slice(bytes.byteOffset + start + from, bytes.byteOffset + start + to)
  const arrays = Object.entries(entries).map(
    ([name, { dtype, data_offsets: range }]): [string, Float32Array | Float64Array] => [
      name,
      dtype === 'F64' ? new Float64Array(body(range)) : new Float32Array(body(range)),
    ],
  )
  return { metadata, arrays: new Map(arrays) }
}

/**
 * Throws if the bytes are not those that were written. Older files have no hash, but only `state`; they pass.
 */
function checkHash(bytes: Buffer, { sha256: wanted, ...rest }: Readonly<Record<string, string>>): void {
  if (wanted === undefined && Object.keys(rest).length === 1) return
  const at = bytes.indexOf(wanted ?? noHash)
  const hash = nodeSha256(bytes.subarray(0, at), noHash, bytes.subarray(at + noHash.length))
  if (hash !== wanted) throw new Error('damaged: its hash is another')
}
