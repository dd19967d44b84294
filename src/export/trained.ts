import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { PreparedData } from '../data/types.js'
import type { PlainNetwork } from './fold.js'
import { toLayersModel } from './layers.js'
import type { DataNotes } from './notes.js'
import { scalesApart } from './outside.js'

/** A trained network with the data on which it was trained. */
export interface TrainedNetwork extends PlainNetwork {
  readonly name: string
  readonly data: PreparedData
  /** The metric by which it was chosen. */
  readonly metric: string
  /** Notes on the data, where `data` holds only a few rows of them; by default those of `data`. */
  readonly notes?: DataNotes
}

/** Converts a trained network to a LayersModel of tfjs-layers, which the caller disposes. */
export const layersModelOf = ({
  name,
  graph,
  values,
  data: { dataset, scaler },
}: Omit<TrainedNetwork, 'metric' | 'notes'>): LayersModel =>
  toLayersModel({
    name,
    graph,
    values,
    task: dataset.task,
    bend: scaler.bend,
    scales: scalesApart(scaler).inside,
  })
