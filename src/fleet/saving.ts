import { nodeSha256 } from '../base/files.js'
import type { PlannedHooks } from '../compare/run-trial.js'
import type { Tried } from '../planners/trying.js'
import { checkpointBytes, checkpointIn } from '../runs/checkpoint-file.js'
import type { Checkpoint } from '../search/state.js'
import { latestWriter, type FleetStore } from './checkpoint-store.js'

/** How a trial is continued and saved. */
export interface Saving extends Pick<PlannedHooks, 'checkpoint' | 'save' | 'tries'> {
  /** Waits until everything is written. */
  readonly settled: () => Promise<void>
}

/**
 * Reads what was saved of a trial, and saves what follows. What cannot be read is told to `say`, and the trial
 * begins anew: it comes to the same result.
 */
export async function savingIn(
  store: FleetStore,
  trial: string,
  say: (text: string) => void,
): Promise<Saving> {
  const reading = async <T>(part: string, parse: (bytes: Buffer) => T): Promise<T | undefined> => {
    try {
      const bytes = await store.read(`${trial}/${part}`)
      return bytes && parse(bytes)
    } catch (error) {
      say(`${trial}/${part}: not readable (${(error as Error).message}); the trial begins anew`)
      return undefined
    }
  }
  const writer = (part: string) =>
    latestWriter(
      (bytes) => store.write(`${trial}/${part}`, bytes),
      ({ message }) => say(`${trial}/${part}: not written (${message}); the trial goes on without it`),
    )
  const [search, tries] = [writer('search'), writer('tries')]
  const checkpoint = await reading('search', checkpointIn)
  const known = (await reading('tries', triesIn)) ?? []
  return {
    checkpoint,
    save: (state: Checkpoint) => search.give(checkpointBytes(state)),
    tries: {
      known,
      save: (tried) => {
        if (tried.length > known.length) tries.give(triesBytes(tried))
      },
    },
    async settled() {
      await Promise.all([search.settled(), tries.settled()])
    },
  }
}

const triesBytes = (tries: readonly Tried[]): Uint8Array => {
  const text = JSON.stringify(tries)
  return Buffer.from(`${nodeSha256(text)}\n${text}`)
}

function triesIn(bytes: Buffer): Tried[] {
  const [hash, text = ''] = bytes.toString('utf8').split('\n')
  if (hash !== nodeSha256(text)) throw new Error('its content is not what was written')
  return JSON.parse(text) as Tried[]
}
