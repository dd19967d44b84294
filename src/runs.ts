/**
 * Runs in folders, as the command line makes them: search, resume, derive, retrain, explain and predict.
 *
 * @module sentei/runs
 */
export { exportFormats, exportRun, type ExportOptions } from './runs/formats.js'
export { exportOnnx, type ExportOnnxOptions } from './runs/export-onnx.js'
export { explain, type Explanation } from './report/explain.js'
export { explanationText } from './report/explain-text.js'
export {
  benchLatency,
  type BenchLatencyOptions,
  type ModelLatency,
  type ModelRuntime,
} from './runs/bench-latency.js'
export { benchOperations, type BenchOperationsOptions } from './runs/bench-operations.js'
export { runtimeNames, type Latencies, type RuntimeName } from './runs/runtimes.js'
export { benchStep, type BenchStepOptions, type StepFigures } from './runs/bench-step.js'
export type { ReplayFigures, TraceEvent } from './runs/replay-watch.js'
export { deriveRules, deriveRun, type DeriveRunOptions } from './runs/derive-run.js'
export { freezeRun, scheduleText } from './runs/freeze-run.js'
export type { RunHooks } from './runs/hooks.js'
export { planRun, type RunPlan } from './runs/plan-run.js'
export type { Span } from './trial/expected.js'
export { predictFile, type PredictOptions, type Predictions, type Scores } from './runs/predict-file.js'
export { predictionsCsv } from './runs/predictions-csv.js'
export {
  queryBenchmark,
  type QueryAnswer,
  type QueryOptions,
  type TableSummary,
} from './runs/query-benchmark.js'
export { listRuns, type ListedRun, type RunList, type RunState } from './runs/list-runs.js'
export { readRun } from './runs/read-run.js'
export { reportRun } from './runs/report-run.js'
export { retrainRun } from './runs/retrain-run.js'
export type { FinishedRun, Timings } from './runs/run-folder.js'
export { resumeRun, searchRun, type SearchRunOptions } from './runs/search-run.js'
export { timedRun, type TimedRunOptions } from './runs/timed-run.js'
export { draftConfig, type Draft } from './draft/draft-config.js'
export type { Chosen } from './draft/types.js'
export type { Choice, DraftOptions } from './draft/types.js'
export { compareRun, type CompareRunOptions } from './compare/compare-run.js'
export { fileStore } from './compare/file-store.js'
export type { Run } from './report/run.js'
export type { RetrainRunOptions } from './runs/retrain-run.js'
