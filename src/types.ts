/**
 * Types of what results, events and options hold within, for those who write them down. To use Sentei you
 * need none of them: they follow from what functions give and take.
 *
 * @module sentei/types
 */
export type { Peaks } from './backend/peaks.js'
export type { TimedCall } from './backend/recorder.js'
export type { CriticalDifference } from './compare/critical-difference.js'
export type { MarginVerdict, PairedDifference } from './compare/difference.js'
export type { EffectSize } from './compare/effect-size.js'
export type { SpreadRatio } from './compare/spread-ratio.js'
export type { TTest } from './compare/statistics.js'
export type {
  AblationSummary,
  MethodStability,
  MethodSummary,
  OverallSummary,
  SetSummary,
  Spread,
} from './compare/summary.js'
export type { Kept, TrialFigures, TrialRows, TrialSeconds, TrialStability } from './compare/types.js'
export type { ComparisonSchema } from './config/comparison-schema.js'
export type { ConfigSchema } from './config/config-schema.js'
export type { InterventionSchema } from './config/intervention-schema.js'
export type { ScheduleSchema } from './config/schedule-schema.js'
export type { Locate } from './config/validator.js'
export type { ReadingReport } from './data/content.js'
export type { DateFeature, DateNotation, DateNumber } from './data/date-parts.js'
export type { NumberForm } from './data/numbers.js'
export type { StatusCounts } from './data/row-status.js'
export type { splitNames } from './data/split.js'
export type { TimeNotation } from './data/times.js'
export type {
  ColumnReading,
  Decision,
  FileEncoding,
  Scale,
  Scaler,
  Scales,
  Teaching,
  Unlabelled,
} from './data/types.js'
export type { UnixNotation } from './data/unix-dates.js'
export type { Allowance, Evidence, GroupInfo, Level, MemberAblation } from './events/types.js'
export type { PlainNetwork } from './export/fold.js'
export type { PrecisionLoss } from './export/precision/loss.js'
export type { OperationTime } from './nn/profile.js'
export type { CountedRows, MeasuredRows, RowSums } from './objective/metric.js'
export type { KnownTries } from './planners/try-out.js'
export type { Competitor, MemberStory } from './report/explain.js'
export type {
  Figure,
  RunConfig,
  RunCriterion,
  ReadBack,
  RunMetrics,
  RunRival,
  RunTimings,
  ScheduleSegment,
} from './report/run.js'
export type { ExchangeFigures, StepProfile } from './runs/bench-step.js'
export type { GateMotion } from './schedule/pressure.js'
export type { LoggedRemoval, MenuSize } from './schedule/types.js'
export type { Carried, LogMark, MenuFigures, Origin } from './search/state.js'
export type { LatencySchema } from './setup/latency.js'
export type { StageMemory } from './setup/trial-memory.js'
export type { Above, MemberCost } from './supernet/member-cost.js'
export type { Divergence } from './train/course.js'
export type { TriedRates } from './train/diverged.js'
export type { Shard, ShardGradients, Tap, Wanted } from './train/shard.js'
export type { DecisionFigure, DecisionFigures } from './trial/decided-figures.js'
export type {
  Attempt,
  BenchmarkFigures,
  Compared,
  CriterionResult,
  KeptMetrics,
  MeasuredSplits,
  Noise,
  Removed,
  SearchedFigures,
  SplitNoise,
  Tolerated,
} from './trial/figures.js'
export type { RivalFigures, RivalNoise, RivalSize } from './trial/rivals/figures.js'
export type { ExportedModel, ExportedNetwork } from './trial/types.js'
