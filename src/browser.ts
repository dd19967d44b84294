/**
 * Sentei's public API in a browser: that of `core.ts`. Nothing in it needs Node.
 *
 * @module sentei/browser
 */
export * from './core.js'

export { setWasmUrls, useBackend, type WasmUrls } from './browser/backend.js'
export { modelOf, type BrowserModel } from './browser/model.js'
export type { BrowserOnnxOptions } from './browser/onnx.js'
export type { OnnxRuntime, RuntimeSession } from './export/onnx/session.js'
export { search, type BrowserSearchRequest, type BrowserSearchResult } from './browser/search.js'
