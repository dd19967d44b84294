import { search, setWasmUrls } from 'sentei/browser'
import { fetchDigits } from './digits.js'
import { requestOf } from './request.js'

const here = (name) => new URL(name, self.location.href)

// A bundler that knows `new URL(…, import.meta.url)` finds them by itself; this page's does not.
setWasmUrls({ kernels: here('training.wasm'), tensorflow: here('tfjs-backend-wasm-simd.wasm') })

/** Some digits with what a model says of them: the last ones of the file, most of which it was trained on. */
function said(model, { values, labels }, count = 60) {
  const last = values.subarray(-64 * count)
  return model.predict(last).map((digit, i) => ({
    said: digit,
    label: labels.at(i - count),
    pixels: last.slice(64 * i, 64 * (i + 1)),
  }))
}

self.onmessage = async ({ data: settings }) => {
  const post = (type, content) => self.postMessage({ type, content })
  try {
    const digits = await fetchDigits(here('digits.csv.gz'))
    const start = performance.now()
    const { architecture, metrics, model, report } = await search({
      ...requestOf(settings, digits),
      onEvent: (event) => post('event', event),
    })
    const seconds = (performance.now() - start) / 1000
    const files = { ...(await model.files()), 'model.onnx': await model.toOnnx() }
    const hash = await crypto.subtle.digest('SHA-256', files['weights.bin'])
    const weights = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    post('found', { architecture, metrics, seconds, digits: said(model, digits), weights, files })
    post('report', await report())
  } catch (error) {
    post('failed', error.message)
  }
}
