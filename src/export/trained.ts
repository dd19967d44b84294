import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { PreparedData } from '../data/types.js'
import type { PlainNetwork } from './fold.js'
import { toLayersModel } from './layers.js'
import { scalesApart } from './outside.js'

/** A trained network with the data on which it was trained. */
export interface TrainedNetwork extends PlainNetwork {
  readonly name: string
  readonly data: PreparedData
  /** The metric by which it was chosen. */
  readonly metric: string
}

/** Converts a trained network to a LayersModel of tfjs-layers, which the caller disposes. */
export const layersModelOf = ({
  name,
  graph,
  values,
  data: { dataset, scaler },
}: Omit<TrainedNetwork, 'metric'>): LayersModel =>
  toLayersModel({
    ...{ name, graph, values, task: dataset.task, bend: scaler.bend },
    scales: scalesApart(scaler).inside,
  })
