/** Sentei's public API in Node: that of `core.ts`, and what needs files, threads or a terminal. */
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
} from './compare/benchmark-table.js'
export type { Rank } from './compare/metric-column.js'
export { architectureDot, dotToSvg, graphDot } from './export/dot.js'
export { exportFormats, exportRun } from './export/formats.js'
export { readModel } from './export/model-files.js'
export { saveModel } from './export/save.js'
export { verifyExport, type Verification } from './export/verify.js'
export { explain, type Explanation } from './report/explain.js'
export { explanationText } from './report/explain-text.js'
export { progressBar } from './report/progress.js'
export { readRun } from './runs/read-run.js'
export { benchOperations, type BenchOperationsOptions } from './runs/bench-operations.js'
export { benchStep, type BenchStepOptions, type StepFigures } from './runs/bench-step.js'
export { freezeRun, scheduleText } from './runs/freeze-run.js'
export { planRun, type RunPlan } from './runs/plan-run.js'
export { predictFile, predictionsCsv, type Predictions } from './runs/predict-file.js'
export {
  queryBenchmark,
  type QueryAnswer,
  type QueryOptions,
  type TableSummary,
} from './runs/query-benchmark.js'
export { deriveRun, deriveRules, type DeriveRunOptions } from './runs/derive-run.js'
export { reportRun } from './runs/report-run.js'
export { retrainRun } from './runs/retrain-run.js'
export type { FinishedRun, Timings } from './runs/run-folder.js'
export { resumeRun, searchRun, type SearchRunOptions } from './runs/search-run.js'
export type { RunHooks } from './runs/hooks.js'
export { startWorkers } from './runs/workers.js'
export type { PoolFigures, WorkerPool } from './train/workers/pool.js'
export { resolveSchedule } from './setup/schedule-file.js'
export { modelOf, type Model } from './library/model.js'
export { search, type SearchRequest, type SearchResult } from './library/search.js'
export { fileCheckpoints } from './library/file-checkpoints.js'
export { fromFiles } from './library/data.js'
export { setupTrial, type Extensions } from './setup/setup-trial.js'
