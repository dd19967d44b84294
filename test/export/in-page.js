// What a page does with ONNX models: runs NAME.onnx on the feeds of NAME.json, for each name.
import * as ort from '/ort.wasm.min.mjs'

const arrays = { float: Float32Array, double: Float64Array, uint8: Uint8Array }
const types = { float: 'float32', double: 'float64', uint8: 'uint8', string: 'string' }

ort.env.wasm.numThreads = 1

function tensorOf({ type, dims, values }) {
  if (type === 'string') return new ort.Tensor(types[type], values, dims)
  return new ort.Tensor(
    types[type],
    arrays[type].from(values, (value) => value ?? NaN),
    dims,
  )
}

async function predict(name) {
  const { feeds } = await (await fetch(`/${name}.json`)).json()
  const session = await ort.InferenceSession.create(`/${name}.onnx`, { executionProviders: ['wasm'] })
  const found = await session.run(Object.fromEntries(feeds.map((feed) => [feed.name, tensorOf(feed)])))
  const all = session.outputNames.map((output) => [...found[output].data])
  await session.release()
  return { outputs: all.at(-1), labels: all.length > 1 ? all[0] : null }
}

window.predictAll = async (names) => {
  const told = {}
  for (const name of names) told[name] = await predict(name)
  return told
}
