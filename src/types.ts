/** Types that public functions take and return, in addition to those in index.ts. */
export type { BackendOptions } from './backend/start.js'
export type { Peaks } from './backend/peaks.js'
export type { TimedCall } from './backend/recorder.js'
export type { TableEntry } from './benchmark/benchmark-table.js'
export type { TableRow } from './benchmark/read-table.js'
export type { ComparisonDocument, ComparisonSchema } from './config/comparison-schema.js'
export type { ConfigSchema } from './config/config-schema.js'
export type { Intervention, InterventionSchema } from './config/intervention-schema.js'
export type { ScheduleSchema } from './config/schedule-schema.js'
export type { Json } from './config/schema-parts.js'
export type { Locate } from './config/validator.js'
export type { CriticalDifference } from './compare/critical-difference.js'
export type { PairedDifference, MarginVerdict } from './compare/difference.js'
export type { EffectSize } from './compare/effect-size.js'
export type { SpreadRatio } from './compare/spread-ratio.js'
export type { TTest } from './compare/statistics.js'
export type {
  AblationSummary,
  ComparisonSummary,
  MethodStability,
  MethodSummary,
  OverallSummary,
  SetSummary,
  Spread,
} from './compare/summary.js'
export type { Kept, TrialFigures, TrialRows, TrialSeconds, TrialStability } from './compare/types.js'
export type { Column } from './data/column.js'
export type { FloatArray, ReadingReport } from './data/content.js'
export type { GivenData } from './data/given.js'
export type { NumberForm } from './data/numbers.js'
export type { Scaling } from './data/scale.js'
export type { splitNames } from './data/split.js'
export type { StatusCounts } from './data/row-status.js'
export type {
  ColumnReading,
  Decision,
  Encoding,
  FileEncoding,
  Reading,
  Scale,
  Scaler,
  Scales,
} from './data/types.js'
export type { DateFeature, DateNotation, DateNumber } from './data/date-parts.js'
export type { TimeNotation } from './data/times.js'
export type { UnixNotation } from './data/unix-dates.js'
export type { MemberAblation, Allowance, EventOf, Evidence, GroupInfo, Level, Stage } from './events/types.js'
export type { PrecisionLoss } from './export/precision/loss.js'
export type { Precision } from './export/precision/names.js'
export type { PlainNetwork } from './export/fold.js'
export type { ExportSource } from './export/layers.js'
export type { SavedSearch } from './library/checkpoints.js'
export type { Predictor, PredictorOptions } from './library/predictor.js'
export type { PlannedSchedule, SearchSettings } from './library/request.js'
export type { SearchFindings } from './library/search-in-memory.js'
export type { WindowOptions } from './nn/builder.js'
export type { NamedParameter } from './nn/cost.js'
export type { Attribute, Attributes } from './nn/graph.js'
export type { InitialiserName } from './nn/initialisers.js'
export type { OperationContext } from './supernet/operations/types.js'
export type { BatchStatistics } from './nn/functions/batch-norm.js'
export type { ParameterStore } from './nn/parameter-store.js'
export type {
  BackwardArguments,
  ForwardArguments,
  ParameterSpec,
  Primitive,
  Pullback,
  Reads,
  RunContext,
} from './nn/primitives/types.js'
export type { OperationTime } from './nn/profile.js'
export type { Slice } from './nn/slice.js'
export type { Transformed } from './nn/transform.js'
export type { Operand, Vectors } from './nn/vectors.js'
export type { Interval } from './objective/bootstrap.js'
export type { Distillation, DistillationOptions } from './objective/distillation.js'
export type { Loss, LossName } from './objective/losses.js'
export type { CountedRows, Metric, MetricOptions, MeasuredRows, RowSums } from './objective/metric.js'
export type { ActivationAction, ByGroup, GateAction, WeightAction } from './objective/terms/types.js'
export type { Competitor, MemberStory } from './report/explain.js'
export type { ProgressDisplay, ProgressOptions } from './report/progress.js'
export type {
  Figure,
  Run,
  RunConfig,
  RunCriterion,
  RunMetrics,
  RunRival,
  RunTimings,
  ScheduleSegment,
} from './report/run.js'
export type { ExchangeFigures, StepProfile } from './runs/bench-step.js'
export type { StageMemory } from './setup/trial-memory.js'
export type { RetrainRunOptions } from './runs/retrain-run.js'
export type { CompileContext } from './schedule/context.js'
export type { LayerCost, LambdaMove } from './schedule/observed.js'
export type { Lesson, Traits } from './planners/lessons.js'
export type { KnownTries } from './planners/try-out.js'
export type { Proposal, TryOutcome, Tried, Try, Trying } from './planners/trying.js'
export type { PlannerSettings } from './planners/types.js'
export type { GateMotion } from './schedule/pressure.js'
export type {
  Budget,
  CompiledPhase,
  LoggedRemoval,
  MenuSize,
  PruneRules,
  Replay,
  Segment,
  Turns,
} from './schedule/types.js'
export type { Carried, LogMark, MenuEntry, MenuFigures, Origin } from './search/state.js'
export type { LatencySchema } from './setup/latency.js'
export type { Continued, OwnParts } from './setup/single-trial.js'
export type { ChoiceOptions, EdgeOptions, NodeOptions } from './supernet/builder.js'
export type { Above, CostTree, MemberCost } from './supernet/member-cost.js'
export type { ClosedForm, GroupDraws, RelaxationTraits } from './supernet/relaxations/types.js'
export type { AnySpace, TypedSpace } from './supernet/space.js'
export type { CostMetric, GateWeights, Latency, Member, MemberMetric, Pruned } from './supernet/types.js'
export type { Divergence } from './train/course.js'
export type { TriedRates } from './train/diverged.js'
export type { Network } from './train/network.js'
export type {
  LossWeights,
  Shard,
  ShardExecutor,
  ShardGradients,
  ShardWork,
  Tap,
  Wanted,
} from './train/shard.js'
export type { ResolvedConfig, RetrainOptions, SearchOptions } from './train/training.js'
export type {
  Attempt,
  BenchmarkFigures,
  Compared,
  CriterionResult,
  KeptMetrics,
  MeasuredSplits,
  Noise,
  Removed,
  Retrained,
  SearchedFigures,
  SplitNoise,
  Tolerated,
} from './trial/figures.js'
export type { DecisionFigure, DecisionFigures } from './trial/decided-figures.js'
export type { RivalFigures, RivalNoise, RivalSize } from './trial/rivals/figures.js'
export type { ExportedModel, ExportedNetwork, TrialStage } from './trial/types.js'
