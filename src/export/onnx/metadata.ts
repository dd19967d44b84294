import { aboutDate, type DateFeature } from '../../data/date-parts.js'
import type { Range } from '../../data/types.js'
import { dataNotes, intendedUse, limitTexts, type DataNotes } from '../notes.js'
import type { TrainedNetwork } from '../trained.js'
import type { OnnxPreprocess } from './raw-inputs.js'
import type { RawInput } from './raw-inputs.js'

/** What the metadata say of an input, beside its name and type: all that a consumer must keep to. */
export interface InputNote {
  readonly name: string
  /** For a number that is computed from a column of dates of the training file: how. */
  readonly date?: DateFeature & { readonly how: string }
  /** The unit of each number, where `data.numeric` removed one. */
  readonly unit?: string
  /** The categories that it may have. */
  readonly categories?: readonly string[]
  /** What a text is that is none of them: one with a feature of its own, no category at all, or refused. */
  readonly others?: 'learnt' | 'zeros' | 'refused'
  /** The range of a column in the training rows. */
  readonly range?: Range
  /** The ranges of the channels of an image or a series, or of the values of a row. */
  readonly features?: readonly { readonly name: string; readonly range: Range }[]
  /** What becomes of a missing cell: the policy and, unless it refuses, what takes its place. */
  readonly missing?: {
    readonly policy: string
    readonly fill?: number | string
    /** The further words or numbers that are missing cells. */
    readonly words?: readonly string[]
  }
}

/** The notes on a model's inputs, in their order. */
export function inputNotes(
  { features, encoding, fill }: OnnxPreprocess,
  inputs: readonly RawInput[],
  { ranges }: DataNotes,
): InputNote[] {
  const isRefused = encoding.missing === 'refuse' || encoding.missing === 'drop-row'
  const columns = new Map(encoding.columns.map((column) => [column.name, column]))
  return inputs.map(({ name, type, from, width, categories, rare, column, missingValues }) => {
    const inputFill = fill.slice(from, from + width)
    const filled = categories ? categories[inputFill.indexOf(1)] : column ? inputFill[0] : undefined
    const missing = {
      policy: encoding.missing,
      ...(!isRefused && filled !== undefined && { fill: filled }),
      words: missingValues,
    }
    const { unit, date } = (column ? columns.get(name) : undefined) ?? {}
    return {
      name,
      ...(unit && { unit }),
      ...(date && { date: { ...date, how: aboutDate(date) } }),
      ...(categories
        ? { categories, others: encoding.unseen === 'refuse' ? 'refused' : rare ? 'learnt' : 'zeros' }
        : column
          ? { range: ranges[from]! }
          : { features: features.map((feature, i) => ({ name: feature, range: ranges[i]! })) }),
      ...(type !== 'uint8' && { missing }),
    }
  })
}

/** The sentence for people that stands beside an input. */
export function aboutInput({ unit, date, categories, range, missing }: InputNote): string {
  const what = categories
    ? `one of ${categories.join(', ')}`
    : `${date ? date.how : 'in original units'}${unit === undefined ? '' : ` (${unit})`}${range ? `, ${range.map(short).join(' to ')} in training` : ''}`
  if (!missing) return what
  const { policy, fill, words = [] } = missing
  const isRefused = policy === 'refuse' || policy === 'drop-row'
  const by = fill === undefined ? '' : ` by ${typeof fill === 'number' ? short(fill) : fill}`
  return `${what}; ${[categories ? 'an empty text' : 'NaN', ...words].join(' or ')} is missing and is ${isRefused ? 'refused' : `filled${by}`}`
}

const short = (value: number): string => String(Number(value.toPrecision(6)))

/** What every model's metadata say of its data, its use and its limits, by key. */
export function dataMetadata(
  { data: { dataset }, metric }: TrainedNetwork,
  notes: DataNotes,
  inputs: readonly InputNote[],
): Record<string, string> {
  const { task, name, hash } = dataset
  return {
    'sentei.names': JSON.stringify(task.kind === 'classification' ? task.classes : task.outputs),
    'sentei.metric': metric,
    'sentei.data': name,
    'sentei.data.sha256': hash,
    'sentei.data.rows': JSON.stringify(notes.rows),
    'sentei.splits.sha256': notes.splits,
    'sentei.inputs': JSON.stringify(inputs),
    'sentei.use': intendedUse(task, name),
    'sentei.limits': limitTexts(notes, 'sentei.inputs').join(' '),
  }
}

/** The notes that a network was given, or those of its data. */
export const notesOf = ({ notes, data }: TrainedNetwork): DataNotes => notes ?? dataNotes(data)
