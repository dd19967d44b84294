import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { nodeSha256 } from '../base/files.js'
import { damaged, notAsWritten, readSealed } from '../base/sealed.js'
import { requireValid } from '../config/validator.js'
import type { Scales, Task } from '../data/types.js'
import type { Preprocess } from './model-content.js'

/** Scales that change nothing, for models from before there was a scaling outside. */
function nothing(features: readonly string[], task: Task): Scales {
  const none = (names: readonly string[]) => ({ mean: names.map(() => 0), std: names.map(() => 1) })
  return { input: none(features), target: none(task.kind === 'classification' ? [] : task.outputs) }
}

const remedy = 'restore it from a copy, or export it from its run again'
const numbers = Type.Array(Type.Number())
const names = Type.Array(Type.String())
const scales = Type.Object({ mean: numbers, std: numbers })

/** A day as `2026-03-01`. */
const dayPattern = String.raw`^\d{4}-\d\d-\d\d$`

const PreprocessSchema = Type.Object({
  format: Type.Union([Type.Literal('sentei-preprocess/1'), Type.Literal('sentei-preprocess/2')]),
  task: Type.Union([
    Type.Object({
      kind: Type.Literal('classification'),
      classes: names,
      positive: Type.Optional(Type.String()),
      decision: Type.Optional(
        Type.Object({
          threshold: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })),
          by: Type.Optional(Type.String()),
          validation: Type.Optional(Type.Number()),
          costs: Type.Optional(Type.Array(numbers)),
        }),
      ),
    }),
    Type.Object({
      kind: Type.Union([Type.Literal('regression'), Type.Literal('forecasting')]),
      outputs: names,
    }),
  ]),
  shape: Type.Array(Type.Integer({ minimum: 1 })),
  features: names,
  encoding: Type.Object({
    kind: Type.Union(['table', 'images', 'series', 'sequences'].map((kind) => Type.Literal(kind))),
    columns: Type.Array(
      Type.Object({
        name: Type.String(),
        categories: Type.Optional(names),
        rare: Type.Optional(names),
        date: Type.Optional(
          Type.Object({
            column: Type.String(),
            part: Type.String(),
            notation: Type.String(),
            from: Type.Optional(Type.String({ pattern: dayPattern })),
          }),
        ),
      }),
    ),
    missing: Type.String(),
    unseen: Type.Optional(Type.Literal('refuse')),
    missingValues: Type.Optional(Type.Union([names, Type.Record(Type.String(), names)])),
  }),
  fill: numbers,
  ranges: Type.Optional(Type.Array(Type.Union([Type.Tuple([Type.Number(), Type.Number()]), Type.Null()]))),
  outside: Type.Optional(Type.Object({ input: scales, target: scales })),
  files: Type.Optional(Type.Record(Type.String(), Type.String())),
})

/**
 * Reads a model's `preprocess.json`. Throws an InputError that names it if it is damaged or something else.
 */
export function readPreprocess(folder: string): Preprocess {
  const path = join(folder, 'preprocess.json')
  const sealed = readSealed(path, remedy)
  if (!sealed) throw damaged(path, 'no such file', 'sentei predict needs it beside model.json')
  return checkedPreprocess(sealed.value, path)
}

/** A preprocessing that was read from a place. Throws an InputError that names the place if it is none. */
export function checkedPreprocess(value: unknown, path: string): Preprocess {
  requireValid(PreprocessSchema, value, path)
  const { format, ...document } = value as Stored
  const { features, task, encoding, outside = nothing(features, task) } = document
  const upgraded = { ...document, format: 'sentei-preprocess/2', outside } as const
  // Models of format 1 have no prediction for a category that training did not see, and neither has their ONNX.
  return format === 'sentei-preprocess/1'
    ? { ...upgraded, encoding: { ...encoding, unseen: 'refuse' } }
    : upgraded
}

/** A preprocessing as some version wrote it. */
type Stored = Omit<Preprocess, 'outside' | 'format'> &
  Partial<Pick<Preprocess, 'outside'>> & { readonly format: 'sentei-preprocess/1' | Preprocess['format'] }

/** Throws if a file of a model's folder differs from what was written, as far as hashes are known. */
export function requireSound(folder: string): void {
  for (const [name, hash] of Object.entries(readPreprocess(folder).files ?? {})) {
    const path = join(folder, name)
    if (!existsSync(path)) throw damaged(path, 'no such file', remedy)
    if (nodeSha256(readFileSync(path)) !== hash) throw damaged(path, notAsWritten, remedy)
  }
}
