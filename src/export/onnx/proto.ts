import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { float16Bits } from '../precision/float16.js'
import type { AttributeValue, NodeProto, OnnxModel, TensorProto, TensorType, ValueInfo } from './types.js'

/*
 * The numbers of fields and types are those of ONNX's onnx.proto. Fields are written in the order of their
 * numbers, so that one model has one file.
 */

/** The version of ONNX's operators: the first whose `Equal` compares strings. */
export const opset = 19
/** The version of the format that came with these operators. */
const irVersion = 9

const typeNumbers: Readonly<Record<TensorType, number>> = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
}
const metadataField = 14

/** The bytes of a model: a ModelProto. */
export function modelBytes(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const to = new BinaryWriter()
  to.tag(1, WireType.Varint).int64(irVersion)
  text(to, 2, 'sentei')
  text(to, 3, model.version)
  text(to, 6, model.about)
  nested(to, 7, () => writeGraph(to, model))
  nested(to, 8, () => to.tag(2, WireType.Varint).int64(opset))
  for (const entry of Object.entries(model.metadata))
    nested(to, metadataField, () => entry.forEach((value, i) => text(to, i + 1, value)))
  return to.finish()
}

/** The metadata of the bytes of a model. Throws if they are not a protobuf message. */
export function metadataOf(bytes: Uint8Array): Record<string, string> {
  const from = new BinaryReader(bytes)
  const entries: [string, string][] = []
  while (from.pos < from.len) {
    const [field, type] = from.tag()
    if (field !== metadataField) {
      from.skip(type)
      continue
    }
    const end = from.uint32() + from.pos
    const entry: [string, string] = ['', '']
    while (from.pos < end) entry[from.tag()[0] - 1] = from.string()
    entries.push(entry)
  }
  return Object.fromEntries(entries)
}

function writeGraph(to: BinaryWriter, { name, nodes, initialisers, inputs, outputs }: OnnxModel): void {
  for (const node of nodes) nested(to, 1, () => writeNode(to, node))
  text(to, 2, name)
  for (const tensor of initialisers) nested(to, 5, () => writeTensor(to, tensor))
  for (const input of inputs) nested(to, 11, () => writeInfo(to, input))
  for (const output of outputs) nested(to, 12, () => writeInfo(to, output))
}

function writeNode(to: BinaryWriter, { name, type, inputs, outputs, attributes }: NodeProto): void {
  for (const input of inputs) text(to, 1, input)
  for (const output of outputs) text(to, 2, output)
  text(to, 3, name)
  text(to, 4, type)
  for (const [key, value] of Object.entries(attributes)) nested(to, 5, () => writeAttribute(to, key, value))
}

function writeAttribute(to: BinaryWriter, name: string, value: AttributeValue): void {
  text(to, 1, name)
  const kind = (number: number) => to.tag(20, WireType.Varint).int32(number)
  if (typeof value === 'number') {
    to.tag(3, WireType.Varint).int64(value)
    kind(2)
  } else if (typeof value === 'string') {
    text(to, 4, value)
    kind(3)
  } else if ('float' in value) {
    to.tag(2, WireType.Bit32).float(value.float)
    kind(1)
  } else {
    for (const each of value) to.tag(8, WireType.Varint).int64(each)
    kind(7)
  }
}

function writeTensor(to: BinaryWriter, { name, type, dims, values }: TensorProto): void {
  for (const size of dims) to.tag(1, WireType.Varint).int64(size)
  to.tag(2, WireType.Varint).int32(typeNumbers[type])
  if (type === 'string') for (const each of values as readonly string[]) text(to, 6, each)
  text(to, 8, name)
  if (type !== 'string')
    to.tag(9, WireType.LengthDelimited).bytes(rawBytes(type, values as ArrayLike<number>))
}

/** Numbers as ONNX stores them: little-endian, whatever the machine. */
function rawBytes(type: Exclude<TensorType, 'string'>, values: ArrayLike<number>): Uint8Array {
  const size = { float: 4, float16: 2, double: 8, int64: 8, int32: 4, int8: 1, uint8: 1, bool: 1 }[type]
  const view = new DataView(new ArrayBuffer(values.length * size))
  for (let i = 0; i < values.length; i++) {
    const [at, value] = [i * size, values[i]!]
    if (type === 'float') view.setFloat32(at, value, true)
    else if (type === 'float16') view.setUint16(at, float16Bits(value), true)
    else if (type === 'int32') view.setInt32(at, value, true)
    else if (type === 'int8') view.setInt8(at, value)
    else if (type === 'double') view.setFloat64(at, value, true)
    else if (type === 'int64') view.setBigInt64(at, BigInt(value), true)
    else view.setUint8(at, value)
  }
  return new Uint8Array(view.buffer)
}

function writeInfo(to: BinaryWriter, { name, type, dims, about }: ValueInfo): void {
  text(to, 1, name)
  const dimension = (size: number | string) =>
    typeof size === 'string' ? text(to, 2, size) : void to.tag(1, WireType.Varint).int64(size)
  nested(to, 2, () =>
    nested(to, 1, () => {
      to.tag(1, WireType.Varint).int32(typeNumbers[type])
      nested(to, 2, () => dims.forEach((size) => nested(to, 1, () => dimension(size))))
    }),
  )
  text(to, 3, about)
}

function text(to: BinaryWriter, field: number, value: string): void {
  to.tag(field, WireType.LengthDelimited).string(value)
}

function nested(to: BinaryWriter, field: number, write: () => void): void {
  to.tag(field, WireType.LengthDelimited).fork()
  write()
  to.join()
}
