/**
 * The public API that `sentei` and `sentei/browser` share: searches, their stages, and the functions from
 * which your own parts are built.
 */
export { backendNames, type BackendName } from './backend/start.js'
export { rules } from './search/decide/rules/index.js'
export type { Ranked, Rule, Seen } from './search/decide/rules/types.js'
export type { Checkpoint } from './search/state.js'
export { Failure, InputError, Refused } from './base/errors.js'
export { randomSource, type RandomSource, type RandomStream } from './base/random.js'
export type { Config } from './config/config-schema.js'
export type { ScheduleDocument } from './config/schedule-schema.js'
export { checkData, type CheckOptions, type DataReport } from './data/check-data.js'
export { prepareDataset } from './data/prepare-dataset.js'
export { tableOf, type ArrayContent, type Content, type Table } from './data/content.js'
export type { Reader, ReadOptions } from './data/readers/types.js'
export type { TrialMetrics } from './trial/figures.js'
export type { Dataset, PreparedData, Splits, Task } from './data/types.js'
export { graphBuilder, type GraphBuilder } from './nn/builder.js'
export { costOf, type Cost } from './nn/cost.js'
export type { Graph, Node, Shape } from './nn/graph.js'
export { operationOf, operations } from './supernet/operations/index.js'
export { primitiveOf, primitives } from './nn/primitives/index.js'
export { supernetBuilder, type SupernetBuilder } from './supernet/builder.js'
export { plainNotation, type Choices, type Notation } from './supernet/notation.js'
export { choicesOf, choose } from './supernet/prune.js'
export {
  chooser,
  searchSpace,
  type BuildContext,
  type ChosenSpace,
  type SearchSpace,
} from './supernet/space.js'
export { genotypeNotation, type GenotypeOptions } from './supernet/notations/genotype.js'
export { nasBench201Notation } from './supernet/notations/nas-bench-201.js'
export { macroNotation, type MacroNotationOptions } from './supernet/notations/nas-bench-macro.js'
export { relaxations } from './supernet/relaxations/index.js'
export type { Relaxation } from './supernet/relaxations/types.js'
export type { Architecture, ArchitectureGroup, GateGroup, Supernet } from './supernet/types.js'
export { planners, presetNames, spaces, terms } from './registry.js'
export { losses } from './objective/losses.js'
export { metrics, type MetricName } from './objective/metrics.js'
export { compileSchedule } from './schedule/compile.js'
export { scheduleCsv } from './schedule/rows.js'
export { planner, type AnyPlanner, type Planner, type PlannerContext } from './planners/types.js'
export { scheduleSource, type ScheduleSource } from './schedule/source.js'
export type { ExpectedCosts, LookAhead, Observed } from './schedule/observed.js'
export type { LambdaRow } from './schedule/table.js'
export type { Schedule } from './schedule/types.js'
export { distribution, eachGroup } from './objective/terms/each-group.js'
export { expectedCost } from './objective/terms/expected-cost.js'
export type { LayerGates, Term } from './objective/terms/types.js'
export type { Operation } from './supernet/operations/types.js'
export type { Event } from './events/types.js'
export { architectureBy, type RuleOptions } from './derive/by-rule.js'
export { randomArchitecture, type RandomOptions } from './derive/random.js'
export { Interrupted } from './base/errors.js'
export { runTrial } from './trial/trial.js'
export type { Trial, TrialClock, TrialHooks, TrialResult } from './trial/types.js'
export { retrainArchitecture } from './trial/retrain-architecture.js'
export { searchSupernet } from './trial/search-stage.js'
export type { Searched } from './trial/figures.js'
export { evaluateNetwork, type EvaluateOptions } from './trial/evaluate-network.js'
export { trainBaseline } from './trial/baseline.js'
export type { Baseline } from './trial/figures.js'
export { toLayersModel } from './export/layers.js'
export type { DataNotes } from './export/notes.js'
export type { TrainedNetwork } from './export/trained.js'
export type { LatencyTable } from './setup/latency.js'
export { compileFor } from './setup/schedule-of.js'
export type { Inputs, ModelParts, Prediction } from './library/predictor.js'
export { memoryCheckpoints, type CheckpointStore } from './library/checkpoints.js'
export type { Targets } from './library/targets.js'
export type { ArrayLike, Cell, Nested, PlainRecord, TypedArray } from './library/values.js'
export {
  fromArrays,
  fromDataset,
  fromRecords,
  fromTensors,
  type ArraysOptions,
  type DatasetLike,
  type DataSource,
  type MemoryOptions,
  type RecordsOptions,
} from './library/data.js'
export { Diverged } from './train/diverged.js'
export type * from './types.js'
