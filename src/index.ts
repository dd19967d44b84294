/**
 * Sentei's public API in Node: that of `core.ts`, and everything that needs files, threads or a terminal.
 *
 * @module sentei
 */
export * from './core.js'

export { useBackend } from './backend/index.js'
export { loadConfig, resolveConfig, type LoadedConfig, type LoadOptions } from './config/load-config.js'
export { prepareData } from './data/prepare.js'
export { readDataset } from './data/read-dataset.js'
export { readers } from './data/readers/index.js'
export {
  benchmarkTable,
  type BenchmarkTable,
  type BenchmarkTableOptions,
  type TableAnswer,
} from './benchmark/benchmark-table.js'
export type { Rank } from './benchmark/metric-column.js'
export { architectureDot, dotToSvg, graphDot } from './export/dot.js'
export { readModel } from './export/model-files.js'
export { toOnnx, type OnnxOptions } from './export/onnx/model.js'
export { saveOnnx, type Parity, type SaveOnnxOptions } from './export/onnx/save.js'
export { saveModel } from './export/save.js'
export { type Verification, type Verified } from './export/agreement.js'
export { verifyExport } from './export/verify.js'
export { progressBar } from './report/progress.js'
export { startWorkers } from './runs/workers.js'
export type { PoolFigures, WorkerPool } from './train/workers/pool.js'
export { resolveSchedule } from './setup/schedule-file.js'
export { modelOf, type Model } from './library/model.js'
export { fit, type FitOptions, type FittedModel } from './library/fit.js'
export { search, type SearchRequest, type SearchResult } from './library/search.js'
export { fileCheckpoints } from './library/file-checkpoints.js'
export { fromFiles } from './library/data.js'
export { loadPlugins, type LoadedPlugins, type LoadPluginsOptions } from './setup/plugins/load-plugins.js'
export { definePlugin, type Plugin, type PluginModule } from './setup/plugins/types.js'
export type { PluginKit } from './setup/plugins/kit.js'
export type { PluginFile, Plugins } from './setup/plugins/types.js'
export { setupTrial, type Extensions } from './setup/setup-trial.js'
export { compare, type CompareOptions, type Comparison, type ComparisonProgress } from './compare/compare.js'
export type { TrialExecutor } from './compare/executor.js'
export type { PlannedTrial } from './compare/planned.js'
export { memoryStore, type TrialStore } from './compare/store.js'
export type { TrialRow } from './compare/types.js'
export type { TableEntry } from './benchmark/benchmark-table.js'
export type { TableRow } from './benchmark/read-table.js'
export type { ComparisonDocument } from './config/comparison-schema.js'
export type { ComparisonSummary } from './compare/summary.js'
export type { ProgressDisplay, ProgressOptions } from './report/progress.js'
