// What a page does with TensorFlow.js: runs the models of NAME/ on the inputs of NAME.json; and a search with Sentei.
import * as ort from '/ort.wasm.min.mjs'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'
import { fromArrays, search, setWasmUrls } from 'sentei/browser'
import { mlpCell } from 'sentei/spaces'

const at = (name) => new URL(name, window.location.href)

async function predict(name) {
  const { values, shape } = await (await fetch(`/${name}.json`)).json()
  const model = await loadLayersModel(`/${name}/model.json`)
  const outputs = await model.predict(tf.tensor(Float32Array.from(values), shape)).data()
  model.dispose()
  return [...outputs]
}

window.predictLayers = async (names) => {
  await tf.setBackend('cpu')
  const told = {}
  for (const name of names) told[name] = await predict(name)
  return told
}

window.searchOnnx = async ({ x, y, options, ...settings }) => {
  ort.env.wasm.numThreads = 1
  setWasmUrls({ kernels: at('/training.wasm'), tensorflow: at('/tfjs-backend-wasm-simd.wasm') })
  const { model } = await search({ ...settings, space: mlpCell(options), data: fromArrays(x, y) })
  return [...(await model.toOnnx({ runtime: ort }))]
}
