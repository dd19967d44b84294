import { gather } from '../data/batches.js'
import { outputsOf } from '../data/types.js'
import { unexplainedShare } from './share.js'
import type { KnownTeacher } from './teacher.js'
import type { Trial } from './types.js'

/** Whether everything that is retrained learns from the files of `data.teacher`. */
export const hasKnownTeacher = ({ config, data }: Pick<Trial, 'config' | 'data'>): boolean =>
  data.teaching !== undefined && config.retrain.distillation.share !== 0

/** The teacher of `data.teacher`; undefined without such files. */
export function knownTeacher({ config, data }: Pick<Trial, 'config' | 'data'>): KnownTeacher | undefined {
  const { teaching } = data
  if (!teaching || !hasKnownTeacher({ config, data })) return undefined
  const { share } = config.retrain.distillation
  const outputs = (rows: Uint32Array) => gather(teaching.measured, outputsOf(data.dataset.task), rows)
  return {
    share: share === 'unexplained' ? unexplainedShare(data, outputs) : share,
    outputs,
    unlabelled: teaching.unlabelled,
  }
}
