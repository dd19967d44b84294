import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { Config } from '../config/config-schema.js'
import { classMetricNames } from '../config/metric-names.js'
import { forecastRivalNames } from '../config/trial-rival-schema.js'
import { costMatrix } from '../data/decision.js'
import type { PreparedData } from '../data/types.js'
import type { Schedule } from '../schedule/types.js'
import { rules } from '../search/decide/rules/index.js'
import type { Rule } from '../search/decide/rules/types.js'
import { checkMode } from '../search/modes/arch-batching.js'
import { criteria } from '../trial/criteria/index.js'
import { criterionKeys } from '../trial/criteria/types.js'

/**
 * Throws if a configuration asks for something that its data cannot provide: losses and metrics of another
 * task, splits, images.
 */
export function checkFit(
  config: Config,
  data: PreparedData,
  schedule: Schedule,
  ownRules: readonly Rule[] = [],
  place = 'config',
): void {
  const isClass = data.dataset.task.kind === 'classification'
  checkObjective(config.objective, isClass)
  checkClasses(config, data)
  checkCriteria(config.criteria, data)
  checkCalibration(config.retrain, data)
  checkAugmentation(config, data)
  checkTeacher(config.retrain, data)
  checkSmoothing(config, isClass)
  checkMode(config.search, data, place)
  checkPruning(schedule, data, ownRules)
  checkTolerance(config, schedule, data)
  checkRivals(config, data)
}

function checkObjective({ task, metric }: Config['objective'], isClass: boolean): void {
  const classOnly = (name: string | undefined, path: string, names: readonly string[]) => {
    if (name && names.includes(name) !== isClass)
      throw new InputError(
        `config.objective.${path}: ${name} does not fit a ${isClass ? 'classification' : 'regression'} task`,
      )
  }
  classOnly(task, 'task', ['cross-entropy'])
  classOnly(metric, 'metric', classMetricNames)
}

/** Throws if rare classes, costs or a threshold are asked for that the data have no use for. */
function checkClasses({ classes, objective }: Config, { dataset, splits }: PreparedData): void {
  if (!classes) return
  const { task } = dataset
  const { costs, threshold } = classes
  if (task.kind !== 'classification')
    throw new InputError(`config.classes: expected a classification task, got ${task.kind}; remove it`)
  costMatrix(task.classes, costs)
  if (objective.task !== undefined && objective.task !== 'cross-entropy')
    throw new InputError(
      `config.objective.task: expected cross-entropy beside classes, got ${objective.task}`,
    )
  if (threshold === undefined) return
  if (task.classes.length !== 2)
    throw new InputError(
      `config.classes.threshold: expected two classes, got ${task.classes.length}; config.classes.costs decides among several`,
    )
  if (threshold === 'cost' && costs === undefined)
    throw new InputError(
      'config.classes.threshold: cost needs config.classes.costs, such as { yes: { no: 5 } }, got none',
    )
  if (typeof threshold === 'string' && splits.validation.length === 0)
    throw new InputError(
      'config.classes.threshold: it is chosen on the split validation, and that is empty; give config.split.validation a share, or a number here',
    )
}

/** A metric of the wrong task would interpret logits as values, or values as logits. */
function checkCriteria(wanted: Config['criteria'], data: PreparedData): void {
  const isClass = data.dataset.task.kind === 'classification'
  const task = isClass ? 'classification' : 'regression'
  const other = isClass ? 'numbers' : 'classes'
  for (const [index, criterion] of wanted.entries()) {
    const { metric, of } = criterion
    const place = `config.criteria.${index}`
    const { keys = [], only, misfit } = criteria[metric]
    if (only === other) throw new InputError(`${place}.metric: ${metric} does not fit a ${task} task`)
    if (of !== undefined && criteria[of].only === other)
      throw new InputError(`${place}.of: ${of} does not fit a ${task} task`)
    const foreign = criterionKeys.find((key) => criterion[key] !== undefined && !keys.includes(key))
    if (foreign !== undefined)
      throw new InputError(
        `${place}.${foreign}: ${metric} has no such key; ${keys.length > 0 ? `its own are ${keys.join(', ')}` : 'it has none of its own'}; remove it`,
      )
    const fault = misfit?.(criterion, data)
    if (fault !== undefined) throw new InputError(`${place}.${fault}`)
  }
}

function checkCalibration({ calibration }: Config['retrain'], { dataset, splits }: PreparedData): void {
  if (calibration === undefined) return
  if (dataset.task.kind !== 'classification')
    throw new InputError(
      `config.retrain.calibration: expected a classification task, got ${dataset.task.kind}; remove it`,
    )
  if (splits.validation.length === 0)
    throw new InputError(
      'config.retrain.calibration: the temperature is chosen on the split validation, and it is empty; give config.split.validation a share',
    )
}

function checkPruning({ prune }: Schedule, { splits }: PreparedData, ownRules: readonly Rule[]): void {
  const rule = knownRule(prune.rule, ownRules)
  if (rule.measures && splits.arch.length + splits.validation.length === 0)
    throw new InputError(
      `schedule.prune.rule: ${rule.name} measures on the split arch or validation, and both are empty; give config.split.validation a share`,
    )
}

/**
 * Finds a rule by its name among the call's own and those of the registry. Throws with a list of all names if
 * there is none.
 */
export function knownRule(rule: string, ownRules: readonly Rule[] = []): Rule {
  const all = [...ownRules, ...rules]
  const match = all.find(({ name }) => name === rule)
  const names = all.map(({ name }) => name)
  if (match) return match
  throw new InputError(
    `schedule.prune.rule: unknown rule ${rule}${didYouMean(rule, names)}; rules: ${names.join(', ')}`,
  )
}

/** The kinds of data whose examples a change is for; `mixup` is for all. */
const changesOf = {
  images: ['shift', 'crop', 'flip', 'cutout'],
  series: ['jitter', 'mask'],
} as const

function checkAugmentation(config: Config, { dataset }: PreparedData): void {
  const { kind } = dataset.encoding
  const dataKind = kind === 'sequences' ? 'series' : kind
  for (const stage of ['search', 'retrain'] as const) {
    const given = config[stage].augment ?? {}
    for (const [wanted, keys] of Object.entries(changesOf)) {
      const key = keys.find((each) => given[each] !== undefined)
      if (key !== undefined && wanted !== dataKind)
        throw new InputError(
          `config.${stage}.augment.${key}: expected ${wanted}, got ${dataset.name} (${kind}); remove it`,
        )
    }
    checkRoom(`config.${stage}.augment`, given, dataset.shape)
  }
}

/** Padding and masks must leave something of an example. */
function checkRoom(
  path: string,
  { crop = 0, mask = 0 }: NonNullable<Config['retrain']['augment']>,
  [height = 1, width = 1]: readonly number[],
): void {
  const side = Math.min(height, width)
  if (crop >= side && crop > 0)
    throw new InputError(`${path}.crop: expected less than the image’s side of ${side} pixels, got ${crop}`)
  if (mask >= height && mask > 0)
    throw new InputError(`${path}.mask: expected less than the series’ ${height} steps, got ${mask}`)
}

/** Rows without a target need a teacher; trees teach what they say of rows as these are. */
function checkTeacher({ augment, distillation, options }: Config['retrain'], data: PreparedData): void {
  const { share, trees = 0, unlabelled } = distillation
  if (data.teaching) checkKnownTeacher(distillation, augment)
  if (unlabelled !== undefined && !data.unlabelled)
    throw new InputError(
      'config.retrain.distillation.unlabelled: only beside data.unlabelled, got none; name the file of these rows there',
    )
  if (data.unlabelled && (share === 0 || (options !== undefined && !data.teaching)))
    throw new InputError(
      `config.data.unlabelled: expected a teacher that says what these rows are, got ${share === 0 ? 'retrain.distillation.share: 0' : 'retrain.options, whose network has none'}; remove one of them`,
    )
  if (trees > 0 && augment !== undefined)
    throw new InputError(
      `config.retrain.distillation.trees: expected no retrain.augment beside it, for trees know rows as they are, got ${Object.keys(augment).join(', ')}; remove one of them`,
    )
}

/** A teacher of which only outputs are known teaches alone, and says nothing of other rows. */
function checkKnownTeacher(
  { share, trees = 0, teachers = 1, made }: Config['retrain']['distillation'],
  augment: Config['retrain']['augment'],
): void {
  const why = 'for files know rows as they are'
  const other =
    share === 0
      ? 'retrain.distillation.share: 0, which listens to no teacher'
      : trees > 0
        ? 'retrain.distillation.trees, another one'
        : teachers > 1
          ? `retrain.distillation.teachers: ${teachers}, other ones`
          : made && made.rows > 0
            ? `retrain.distillation.made (${why})`
            : augment?.mixup !== undefined
              ? `retrain.augment.mixup (${why})`
              : undefined
  if (other !== undefined)
    throw new InputError(`config.data.teacher: expected it alone, got ${other} beside it; remove one of them`)
}

function checkSmoothing({ retrain: { labelSmoothing = 0 } }: Config, isClass: boolean): void {
  if (labelSmoothing > 0 && !isClass)
    throw new InputError(
      `config.retrain.labelSmoothing: expected a classification task, got numbers as targets; remove it`,
    )
}

/** Throws if a tolerance cannot be judged: it compares networks trained from scratch on validation rows. */
function checkTolerance(
  { retrain, budget: configBudget }: Config,
  { budget }: Schedule,
  { splits }: PreparedData,
): void {
  if (budget?.tolerance === undefined) return
  const without = configBudget
    ? 'remove config.budget.tolerance'
    : 'set config.budget in place of that of the schedule, such as { share: 0.5 }'
  if (splits.validation.length === 0)
    throw new InputError(
      `${configBudget ? 'config' : 'schedule'}.budget.tolerance: errors are compared on the split validation, and it is empty; give config.split.validation a share, or ${without}`,
    )
  if (retrain.from === 'inherited')
    throw new InputError(
      `config.retrain.from: inherited weights are those of what the search ended with, and a tolerance may keep something larger; train from scratch, or ${without}`,
    )
}

/** Throws if a rival is asked for that is for another task. */
function checkRivals({ rivals = [] }: Config, { dataset: { task } }: PreparedData): void {
  rivals.forEach((name, i) => {
    if (task.kind === 'forecasting' || !forecastRivalNames.includes(name)) return
    throw new InputError(
      `config.rivals.${i}: ${name} is for a forecast, whose rows are steps of a series (config.data.window and horizon), got ${task.kind}; remove it`,
    )
  })
}
