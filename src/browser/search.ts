import { configOf, type SearchSettings } from '../library/request.js'
import { searchInMemory, type SearchFindings } from '../library/search-in-memory.js'
import { hostedTrial } from '../setup/hosted-trial.js'
import { useBackend } from './backend.js'
import { fileless, inNode } from './host.js'
import { modelOf, type BrowserModel } from './model.js'

/** The request of a search in a browser: that of Node without the keys that need files or threads. */
export type BrowserSearchRequest = SearchSettings

/** The result of a search in a browser. */
export type BrowserSearchResult = SearchFindings<BrowserModel>

/**
 * Searches, prunes, derives, retrains and judges, in memory and in this thread, so that it is best run in a
 * Web Worker. The same data, settings and seed give the same bytes as in Node. Throws InputError if the
 * request is invalid or cannot be met, Diverged and Interrupted.
 */
export async function search(request: BrowserSearchRequest): Promise<BrowserSearchResult> {
  for (const key of ['saveTo', 'workers'] as const)
    if (key in request) throw inNode(key, 'nothing', (request as unknown as Record<string, unknown>)[key])
  const config = configOf(request)
  return searchInMemory(request, config, {
    start: ({ backend, relaxedSimd }) => useBackend(backend, { relaxed: relaxedSimd }),
    setup: (resolved, ownParts) => hostedTrial(resolved, fileless(request.data.given), ownParts),
    compute: (_, use) => use(),
    model: modelOf,
  })
}
