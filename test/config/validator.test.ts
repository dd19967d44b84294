import { Type } from '@sinclair/typebox'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { validate } from '../../src/config/validator.js'

const object = (properties: Parameters<typeof Type.Object>[0]) =>
  Type.Object(properties, { additionalProperties: false })

const Curve = Type.Union([
  object({ kind: Type.Literal('constant'), value: Type.Number() }),
  object({ kind: Type.Literal('linear'), from: Type.Number(), to: Type.Number({ minimum: 0 }) }),
])

function message(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as Error).message
  }
  throw new Error('expected an InputError')
}

describe('validate', () => {
  it('returns a deep copy with nested defaults and leaves the value alone', () => {
    const schema = object({
      a: Type.Object({ b: Type.Integer({ default: 3 }) }, { default: {} }),
      list: Type.Array(object({ x: Type.Number({ default: 1 }) })),
    })
    const value = { list: [{}] }
    const result = validate(schema, value, 'doc')
    expect(result).toEqual({ a: { b: 3 }, list: [{ x: 1 }] })
    expect(value).toEqual({ list: [{}] })
  })

  it('takes undefined as an empty document', () => {
    expect(validate(object({ n: Type.Integer({ default: 1 }) }), undefined, 'doc')).toEqual({ n: 1 })
  })

  const cases: [string, Parameters<typeof validate>[0], unknown, string][] = [
    ['integer and bound', Type.Integer({ minimum: 1 }), 0, 'doc: expected integer ≥ 1, got 0'],
    ['type and bound alike', Type.Integer({ minimum: 1 }), 'x', 'doc: expected integer ≥ 1, got "x"'],
    ['no coercion', Type.Integer(), '3', 'doc: expected integer, got "3"'],
    ['no fraction', Type.Integer(), 1.5, 'doc: expected integer, got 1.5'],
    ['a range', Type.Number({ minimum: 0, maximum: 1 }), 2, 'doc: expected number from 0 to 1, got 2'],
    [
      'open bounds',
      Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
      1,
      'doc: expected number ≥ 0 and < 1, got 1',
    ],
    ['open lower bound', Type.Number({ exclusiveMinimum: 0 }), 0, 'doc: expected number > 0, got 0'],
    ['upper bound', Type.Number({ maximum: 4 }), 5, 'doc: expected number ≤ 4, got 5'],
    ['pattern', Type.String({ pattern: '^a$' }), 'b', 'doc: expected string matching ^a$, got "b"'],
    [
      'length',
      Type.String({ minLength: 1, maxLength: 1 }),
      ';;',
      'doc: expected string of 1 character, got ";;"',
    ],
    ['empty string', Type.String({ minLength: 1 }), '', 'doc: expected string that is not empty, got ""'],
    [
      'shortest',
      Type.String({ minLength: 2 }),
      'a',
      'doc: expected string of at least 2 characters, got "a"',
    ],
    ['longest', Type.String({ maxLength: 1 }), 'ab', 'doc: expected string of 0 to 1 characters, got "ab"'],
    ['boolean', Type.Boolean(), 1, 'doc: expected boolean, got 1'],
    [
      'short array',
      Type.Array(Type.String(), { minItems: 1 }),
      [],
      'doc: expected array of string with at least 1 item, got []',
    ],
    [
      'pair',
      Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }),
      [1],
      'doc: expected array of number with 2 items, got [1]',
    ],
    [
      'long array',
      Type.Array(Type.Unknown(), { maxItems: 1 }),
      [1, 2],
      'doc: expected array with 0 to 1 item, got [1,2]',
    ],
    ['null document', object({}), null, 'doc: expected object, got null'],
    ['literal', Type.Literal('v1'), 'v2', 'doc: expected "v1", got "v2"'],
    [
      'twice the same',
      Type.Array(Type.String(), { uniqueItems: true }),
      ['a', 'a'],
      'doc: must NOT have duplicate items (items ## 1 and 0 are identical)',
    ],
  ]
  it.each(cases)('says what it expected: %s', (_, schema, value, text) => {
    expect(message(() => validate(schema, value, 'doc'))).toBe(text)
  })

  it('names a missing key and what belongs there', () => {
    const schema = object({ size: object({ height: Type.Integer({ minimum: 1 }) }) })
    expect(message(() => validate(schema, { size: {} }, 'doc'))).toBe(
      'doc.size.height: expected integer ≥ 1, got nothing',
    )
  })

  it('refuses unknown keys, with the near one or all', () => {
    const schema = object({ epochs: Type.Integer({ default: 1 }), batch: Type.Integer({ default: 1 }) })
    expect(message(() => validate(schema, { epoch: 3 }, 'doc'))).toBe(
      'doc.epoch: unknown key, did you mean "epochs"?',
    )
    expect(message(() => validate(schema, { colour: 3 }, 'doc'))).toBe(
      'doc.colour: unknown key, expected one of epochs, batch',
    )
    expect(message(() => validate(object({}), { a: 3 }, 'doc'))).toBe('doc.a: unknown key')
  })

  it('suggests the near choice', () => {
    const schema = Type.Union([Type.Literal('wasm'), Type.Literal('cpu')])
    expect(message(() => validate(schema, 'WSM', 'doc'))).toBe(
      'doc: expected one of wasm, cpu, got "WSM"; did you mean "wasm"?',
    )
    expect(message(() => validate(schema, 'tensor', 'doc'))).toBe(
      'doc: expected one of wasm, cpu, got "tensor"',
    )
  })

  it('lists all problems, one a line, one a path', () => {
    const schema = object({
      a: Type.Integer({ minimum: 1, multipleOf: 2 }),
      b: Type.String(),
      c: Type.String(),
    })
    expect(message(() => validate(schema, { a: -1, b: 2, c: 'x' }, 'doc')).split('\n')).toEqual([
      'doc.a: expected integer ≥ 1, got -1',
      'doc.b: expected string, got 2',
    ])
  })

  it('adds the place that locate gives', () => {
    const schema = object({ a: object({ b: Type.Integer() }) })
    const locate = (path: readonly string[]) => (path.join('/') === 'a/b' ? 'x.yaml:3' : undefined)
    expect(message(() => validate(schema, { a: { b: 'q' }, zzz: 1 }, 'doc', locate)).split('\n')).toEqual([
      'doc.zzz: unknown key, expected one of a',
      'doc.a.b: expected integer, got "q" (x.yaml:3)',
    ])
  })

  it('handles slashes and tildes in keys', () => {
    const schema = Type.Record(Type.String(), Type.Integer())
    expect(message(() => validate(schema, { 'a/~b': 'q' }, 'doc'))).toBe(
      'doc.a/~b: expected integer, got "q"',
    )
  })
})

describe('validate, tuples', () => {
  it('describes each place', () => {
    const schema = Type.Tuple([Type.Number(), Type.String()])
    expect(message(() => validate(schema, [1], 'doc'))).toBe('doc: expected array [number, string], got [1]')
  })
})

describe('validate, unions', () => {
  it('names the types where none fits', () => {
    const schema = Type.Union([Type.String(), Type.Integer({ minimum: -1 }), Type.Array(Type.String())])
    expect(message(() => validate(schema, true, 'doc'))).toBe(
      'doc: expected string, integer ≥ -1 or array of string, got true',
    )
  })

  it('says what is wrong in the branch that was meant, told by its kind', () => {
    expect(message(() => validate(Curve, { kind: 'linear', from: 1, to: -1 }, 'doc'))).toBe(
      'doc.to: expected number ≥ 0, got -1',
    )
    expect(message(() => validate(Type.Array(Curve), [{ kind: 'constant' }], 'doc'))).toBe(
      'doc.0.value: expected number, got nothing',
    )
  })

  it('says which kinds there are', () => {
    expect(message(() => validate(Curve, { kind: 'liner' }, 'doc'))).toBe(
      'doc.kind: expected one of constant, linear, got "liner"; did you mean "linear"?',
    )
    expect(message(() => validate(Curve, {}, 'doc'))).toBe(
      'doc.kind: expected one of constant, linear, got nothing',
    )
  })

  it('takes the branch of the right type, and the nearest of several', () => {
    const schema = Type.Union([Type.String(), object({ n: Type.Integer() })])
    expect(message(() => validate(schema, { n: 'x' }, 'doc'))).toBe('doc.n: expected integer, got "x"')
    const open = Type.Union([object({ a: Type.Integer(), b: Type.Integer() }), object({ c: Type.Integer() })])
    expect(message(() => validate(open, { a: 1, b: 'x' }, 'doc'))).toBe('doc.b: expected integer, got "x"')
  })
})

it('a value that refers to itself is told, not followed', () => {
  const value: Record<string, unknown> = { name: 'a' }
  value.self = value
  expect(() => validate(Type.Object({}), value, 'config')).toThrow(
    'config: expected a document that ends, got one that refers to itself',
  )
})
