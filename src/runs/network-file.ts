import { join } from 'node:path'
import { readKept, remedyFor } from '../base/checksums.js'
import { writeAtomic } from '../base/files.js'
import { readSafetensors, safetensors } from '../base/safetensors.js'
import { damaged } from '../base/sealed.js'
import type { PlainNetwork } from '../export/fold.js'
import type { Graph } from '../nn/graph.js'

/** The file of a run with its trained network as a graph, from which other formats than `model/` are written. */
export const networkFile = 'network.safetensors'

/** Writes a trained network: its graph in the header, its parameters by name. */
export function writeNetwork(folder: string, { graph, values }: PlainNetwork): void {
  writeAtomic(join(folder, networkFile), safetensors({ graph: JSON.stringify(graph) }, values))
}

/** Reads the trained network of a finished run. Throws an InputError if it is damaged or was never written. */
export function readNetwork(folder: string): PlainNetwork {
  const path = join(folder, networkFile)
  const bytes = readKept(folder, networkFile)
  if (!bytes)
    throw damaged(
      path,
      'no such file, because the run is older than this kind of file',
      `train the architecture again with "sentei retrain ${folder} --out …", and export that run`,
    )
  try {
    const { metadata, arrays } = readSafetensors(bytes)
    return {
      graph: JSON.parse(metadata.graph!) as Graph,
      values: arrays as ReadonlyMap<string, Float32Array>,
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw damaged(path, `not a readable network (${reason})`, remedyFor(folder, networkFile))
  }
}
