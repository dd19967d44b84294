import { architecture, dot, svg } from './documents.js'
import { layers } from './layers.js'
import { onnx } from './onnx.js'
import type { Exporter } from './types.js'

/** Every format into which a run can be exported. */
export const exporters: readonly Exporter[] = [layers, onnx, architecture, dot, svg]
