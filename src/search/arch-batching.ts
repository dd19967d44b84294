import { InputError } from '../base/errors.js'
import type { PreparedData } from '../data/types.js'
import { batching, type Batching } from './batching.js'
import type { SearchContext } from './search.js'

/** Batches of the split `arch`, for the gates' own step or for a look-ahead; refuses a split without rows. */
export function archBatching(
  data: PreparedData,
  { options, random }: SearchContext,
  purpose: 'arch' | 'look-ahead',
): Batching {
  const what =
    purpose === 'arch' ? `config.search.mode: ${options.mode} trains gates` : 'a look-ahead measures'
  if (data.splits.arch.length === 0)
    throw new InputError(`${what} on the split arch, which is empty; give config.split.arch a share`)
  return batching(data, data.splits.arch, options, random, purpose)
}
