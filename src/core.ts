/**
 * The public API that `sentei` and `sentei/browser` share: searches, their stages, and the functions from
 * which your own parts are built. What results hold within is named in `sentei/types`.
 */

// What there is by name.
export { planners, presetNames, spaces, terms } from './registry.js'

// Errors, chance and the backend.
export { backendNames, type BackendName, type BackendOptions } from './backend/start.js'
export { Failure, InputError, Interrupted, Refused } from './base/errors.js'
export { randomSource, type RandomSource, type RandomStream } from './base/random.js'

// Configuration and data.
export type { Config } from './config/config-schema.js'
export type { Json } from './config/schema-parts.js'
export { checkData, type CheckOptions, type DataReport } from './data/check-data.js'
export type { Column } from './data/column.js'
export { tableOf, type ArrayContent, type Content, type FloatArray, type Table } from './data/content.js'
export type { GivenData } from './data/given.js'
export { prepareDataset } from './data/prepare-dataset.js'
export type { Reader, ReadOptions } from './data/readers/types.js'
export type { Scaling } from './data/scale.js'
export type { Dataset, Encoding, PreparedData, Reading, Splits, Task } from './data/types.js'
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
export type { Targets } from './library/targets.js'
export type { ArrayLike, Cell, Nested, PlainRecord, TypedArray } from './library/values.js'

// Networks: graphs, their primitives, what they cost.
export { graphBuilder, type GraphBuilder, type WindowOptions } from './nn/builder.js'
export { costOf, type Cost, type NamedParameter } from './nn/cost.js'
export type { BatchStatistics } from './nn/functions/batch-norm.js'
export type { Attribute, Attributes, Graph, Node, Shape } from './nn/graph.js'
export type { InitialiserName } from './nn/initialisers.js'
export type { ParameterStore } from './nn/parameter-store.js'
export { primitiveOf, primitives } from './nn/primitives/index.js'
export type {
  BackwardArguments,
  ForwardArguments,
  ParameterSpec,
  Primitive,
  Pullback,
  Reads,
  RunContext,
} from './nn/primitives/types.js'
export type { Slice } from './nn/slice.js'
export type { Transformed } from './nn/transform.js'
export type { Operand, Vectors } from './nn/vectors.js'
export type { Network } from './train/network.js'

// Search spaces and architectures.
export {
  supernetBuilder,
  type ChoiceOptions,
  type EdgeOptions,
  type NodeOptions,
  type SupernetBuilder,
} from './supernet/builder.js'
export type { CostTree } from './supernet/member-cost.js'
export { plainNotation, type Choices, type Notation } from './supernet/notation.js'
export { genotypeNotation, type GenotypeOptions } from './supernet/notations/genotype.js'
export { nasBench201Notation } from './supernet/notations/nas-bench-201.js'
export { macroNotation, type MacroNotationOptions } from './supernet/notations/nas-bench-macro.js'
export { operationOf, operations } from './supernet/operations/index.js'
export type { Operation, OperationContext } from './supernet/operations/types.js'
export { choicesOf, choose } from './supernet/prune.js'
export {
  chooser,
  searchSpace,
  type AnySpace,
  type BuildContext,
  type ChosenSpace,
  type SearchSpace,
  type TypedSpace,
} from './supernet/space.js'
export type {
  Architecture,
  ArchitectureGroup,
  CostMetric,
  GateGroup,
  GateWeights,
  Latency,
  Member,
  MemberMetric,
  Pruned,
  Supernet,
} from './supernet/types.js'

// Relaxations.
export { relaxations } from './supernet/relaxations/index.js'
export type { ClosedForm, GroupDraws, Relaxation, RelaxationTraits } from './supernet/relaxations/types.js'

// Losses, metrics and terms.
export type { Interval } from './objective/bootstrap.js'
export type { Distillation, DistillationOptions } from './objective/distillation.js'
export { losses, type Loss, type LossName } from './objective/losses.js'
export type { Metric, MetricOptions } from './objective/metric.js'
export { metrics, type MetricName } from './objective/metrics.js'
export { distribution, eachGroup } from './objective/terms/each-group.js'
export { expectedCost } from './objective/terms/expected-cost.js'
export type {
  ActivationAction,
  ByGroup,
  GateAction,
  LayerGates,
  Term,
  WeightAction,
} from './objective/terms/types.js'

// Schedules and planners.
export type { ScheduleDocument } from './config/schedule-schema.js'
export type { Lesson, Traits } from './planners/lessons.js'
export type { Proposal, Tried, Try, Trying, TryOutcome } from './planners/trying.js'
export {
  planner,
  type AnyPlanner,
  type Planner,
  type PlannerContext,
  type PlannerSettings,
} from './planners/types.js'
export { compileSchedule } from './schedule/compile.js'
export type { CompileContext } from './schedule/context.js'
export type { ExpectedCosts, LambdaMove, LayerCost, LookAhead, Observed } from './schedule/observed.js'
export { scheduleCsv } from './schedule/rows.js'
export { scheduleSource, type ScheduleSource } from './schedule/source.js'
export type { LambdaRow } from './schedule/table.js'
export type { Budget, CompiledPhase, PruneRules, Replay, Schedule, Segment, Turns } from './schedule/types.js'
export { compileFor } from './setup/schedule-of.js'

// Rules that derive an architecture.
export { architectureBy, type RuleOptions } from './derive/by-rule.js'
export { randomArchitecture, type RandomOptions } from './derive/random.js'
export { rules } from './search/decide/rules/index.js'
export type { Ranked, Rule, Seen } from './search/decide/rules/types.js'

// Searches and their stages.
export type { Intervention } from './config/intervention-schema.js'
export type { Event, EventOf, Stage } from './events/types.js'
export { memoryCheckpoints, type CheckpointStore, type SavedSearch } from './library/checkpoints.js'
export type { PlannedSchedule, SearchSettings } from './library/request.js'
export type { SearchFindings } from './library/search-in-memory.js'
export type { Checkpoint, MenuEntry } from './search/state.js'
export type { LatencyTable } from './setup/latency.js'
export type { Continued, OwnParts } from './setup/single-trial.js'
export { Diverged } from './train/diverged.js'
export type { LossWeights, ShardExecutor, ShardWork } from './train/shard.js'
export type { ResolvedConfig, RetrainOptions, SearchOptions } from './train/training.js'
export { trainBaseline } from './trial/baseline.js'
export { evaluateNetwork, type EvaluateOptions } from './trial/evaluate-network.js'
export type { Baseline, Retrained, Searched, TrialMetrics } from './trial/figures.js'
export { retrainArchitecture } from './trial/retrain-architecture.js'
export { searchSupernet } from './trial/search-stage.js'
export { runTrial } from './trial/trial.js'
export type { Trial, TrialClock, TrialHooks, TrialResult, TrialStage } from './trial/types.js'

// Exports and predictions.
export { toLayersModel, type ExportSource } from './export/layers.js'
export type { DataNotes } from './export/notes.js'
export type { Precision } from './export/precision/names.js'
export type { TrainedNetwork } from './export/trained.js'
export type { Inputs, ModelParts, Prediction, Predictor, PredictorOptions } from './library/predictor.js'
