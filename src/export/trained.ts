import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { PreparedData } from '../data/types.js'
import type { PlainNetwork } from './fold.js'
import { toLayersModel } from './layers.js'
import { scalesApart } from './outside.js'

/** A trained network and the data that it was trained on. */
export interface TrainedNetwork extends PlainNetwork {
  readonly name: string
  readonly data: PreparedData
  /** The metric that it was chosen by. */
  readonly metric: string
}

/** A trained network as a LayersModel of tfjs-layers, the caller's to dispose. */
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
