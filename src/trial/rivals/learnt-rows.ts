import type { Splits } from '../../data/types.js'

/** The rows that retraining learns from: those of `train` and `arch`. */
export const learntRows = ({ train, arch }: Splits): Uint32Array => Uint32Array.from([...train, ...arch])
