import { InputError } from '../../base/errors.js'
import type { PreparedData } from '../../data/types.js'
import { batching, type Batching } from '../../train/batching.js'
import type { SearchOptions } from '../../train/training.js'
import type { SearchContext } from '../state.js'

/**
 * Batches of the split `arch`, for a separate step of the gates or for a look-ahead. Throws an InputError if
 * the split has no rows.
 */
export function archBatching(
  data: PreparedData,
  { options, random }: SearchContext,
  purpose: 'arch' | 'look-ahead',
): Batching {
  requireArch(data, purpose === 'arch' ? modeText(options) : 'a look-ahead measures')
  return batching(data, data.splits.arch, options, random, purpose)
}

/** Throws an InputError for a mode that trains gates on rows of their own if there are none. */
export function checkMode(
  options: Pick<SearchOptions, 'mode'>,
  data: Pick<PreparedData, 'splits'>,
  place = 'config',
): void {
  if (options.mode !== 'joint') requireArch(data, modeText(options, place))
}

const modeText = ({ mode }: Pick<SearchOptions, 'mode'>, place = 'config'): string =>
  `${place}.search.mode: ${mode} trains gates`

function requireArch({ splits }: Pick<PreparedData, 'splits'>, what: string): void {
  if (splits.arch.length === 0)
    throw new InputError(`${what} on the split arch, which is empty; give config.split.arch a share`)
}
