import { readFileSync, statSync } from 'node:fs'
import { parityFile, type Parity } from '../../export/onnx/save.js'
import { requireAccepted, requireTrained } from './run-files.js'
import type { Exporter } from './types.js'

/** A verified ONNX model and its certificate. */
export const onnx: Exporter = {
  name: 'onnx',
  async write(run, out, architecture, options) {
    requireTrained(run, architecture)
    requireAccepted(run, options)
    // The other formats need neither data nor a backend.
    const { exportOnnx } = await import('../export-onnx.js')
    await exportOnnx({ run, out, ...options })
  },
  model: {
    precisions: ['float32', 'float16', 'uint8', 'int8-qdq'],
    exported(out) {
      const parity = JSON.parse(readFileSync(parityFile(out), 'utf8')) as Parity
      return { bytes: statSync(out).size, verified: verifiedText(parity), loss: parity.precision ?? null }
    },
  },
}

/** What the certificate beside a model says. */
function verifiedText({ verified, versions, precision }: Parity): string {
  if (!verified)
    return 'NOT VERIFIED: it was not compared with the network; do not ship it before "sentei export" without --unverified has written it'
  const { rows, split, relativeError, tolerance } = verified
  const what = precision ? `the same model in float32: verified` : 'verified'
  return `${what} in onnxruntime-web ${versions['onnxruntime-web']} on ${rows} ${split} rows: relative error ${relativeError.toExponential(1)}, at most ${tolerance} is allowed`
}
