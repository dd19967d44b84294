const rest = `
# Every other setting has a default; a run's config.json lists them all.
# search takes single changes too: sentei search sentei.yaml --set search.epochs=10 --seed 2
`

/**
 * The end of templates whose size is a result of the search. Everything that they leave out depends on the
 * data.
 */
const asGood = `schedule: auto              # λ over time, as it suits the space; see: sentei schedule list
budget: { tolerance: 0.01 } # the smallest network whose error is within 1 % of the whole one's; or { share: 0.2 }
`

const digits = `# Which operations on which edges? A small cell search on 8×8 images of handwritten digits.
name: digits
seed: 1
data:
  source: digits            # comes with Sentei: 1,797 images
split: { by: stratified, train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 }
supernet:
  space: darts-cell
  options:
    cells: 2
    channels: 16
    nodes: 2                # nodes in a cell; each keeps two inputs
    operations: [skip, avg-pool-3x3, conv-1x1, sep-conv-3x3, dil-conv-3x3]
schedule: strong-then-relaxed   # λ over time; see: sentei schedule list
search:
  epochs: 16
  batch: 64
  mode: alternating         # gates on rows (arch) that train no weights
retrain:
  epochs: 16
criteria:                   # exit code 3 where one is not met
  - { metric: accuracy, atLeast: 0.95 }
  - { metric: parameters-share, atMost: 0.4 }
${rest}`

const concrete = `# How many units in each layer? The paper's autoencoder and dense layers, on the strength of concrete.
name: concrete
seed: 1
data:
  source: concrete          # comes with Sentei: 1,030 mixtures
supernet:
  space: autoencoder-mlp
  options:
    encoder: [64]
    code: 32
    head: [64, 32]
${asGood}criteria:
  - { metric: r2, atLeast: 0.8 }
${rest}`

const chicago = `# A daily series: ridership in seven days from the last fourteen days.
name: chicago
seed: 1
data:
  source: chicago           # comes with Sentei: trains, weather, holidays
  window: 14                # days that the model sees
  horizon: 7                # days from the last of them to the target
supernet:
  space: autoencoder-mlp
  options:
    encoder: [64]
    code: 16
    head: [32]
${asGood}${rest}`

const csv = `# A table of your own. Edit data.file, data.target and data.task; then check it: sentei check-data sentei.yaml
name: my-search
seed: 1
data:
  file: data.csv            # relative to this file; plain or gzip
  target: y                 # the column to predict
  task: regression          # or classification
  # drop: [id]              # columns that are not inputs
  # categorical: [zip]      # one-hot even where the cells are numbers
  # missing: median         # refuse (default), drop-row, mean, median, most-frequent, indicator
split:
  by: auto                  # or random, stratified, block, group, time
  train: 0.6
  validation: 0.2
  test: 0.2
supernet:
  space: autoencoder-mlp
  options:
    encoder: [64]
    code: 32
    head: [64, 32]
${asGood}${rest}`

const images = `# Images of your own, those of a class in a folder named after it: photos/cat/1.png, photos/dog/1.jpg, …
# Edit data.file and data.image; then check it: sentei check-data sentei.yaml. Other formats (IDX, CIFAR, NumPy, …): docs/data-reference.md.
name: images
seed: 1
data:
  file: photos              # relative to this file
  image: { height: 32, width: 32, channels: 3 }   # channels 1: gray
  resize: crop              # or stretch; refuse: all images have this size
  # limit: 1000             # a quick try: this many images, drawn by the seed
split: { by: stratified, train: 0.6, validation: 0.2, test: 0.2 }
supernet:
  space: darts-cell
  options:
    cells: 2
    channels: 16
    nodes: 2                # nodes in a cell; each keeps two inputs
    operations: [skip, avg-pool-3x3, conv-1x1, sep-conv-3x3, dil-conv-3x3]
schedule: strong-then-relaxed
search:
  epochs: 20
  batch: 64
  augment: { shift: 2, flip: true }
retrain:
  epochs: 40
  augment: { shift: 2, flip: true }
${rest}`

/** A configuration to start from. */
export interface Template {
  /** The text, YAML with comments. */
  readonly text: string
  /** Keys that only the user can know, to be edited first. */
  readonly edit: readonly string[]
}

/** The templates by name. */
export const templates: Readonly<Record<string, Template>> = {
  digits: { text: digits, edit: [] },
  concrete: { text: concrete, edit: [] },
  chicago: { text: chicago, edit: [] },
  csv: { text: csv, edit: ['data.file', 'data.target', 'data.task'] },
  images: { text: images, edit: ['data.file', 'data.image'] },
}
