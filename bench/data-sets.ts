/** The data of the benches, as configurations: bundled sets, and files of a folder that is not part of the project. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A set: the space that it is searched in, and the `data` of a configuration, with a `split` where rows hang together. */
export interface BenchSet {
  readonly space: string
  readonly data: () => object
  readonly split?: object
}

/** A copy with names of columns: its first line has none but of the classes, or none at all. */
function withHeader(
  file: string,
  target: string,
  { skip, separator = ',' }: { skip: number; separator?: string },
): string {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const lines = text
    .split('\n')
    .slice(skip)
    .filter(Boolean)
    .map((line) => line.split(separator).join(','))
  const inputs = lines[0]!.split(',').length - 1
  const names = [...Array.from({ length: inputs }, (_, i) => `x${i}`), target]
  const copy = join(mkdtempSync(join(tmpdir(), 'sentei-bench-')), 'data.csv')
  writeFileSync(copy, [names.join(','), ...lines].join('\n'))
  return copy
}

/** A file of features beside one of targets, row by row. */
function joined(features: string, targets: string, target: string): string {
  const lines = (file: string) => gunzipSync(readFileSync(file)).toString('utf8').split('\n').filter(Boolean)
  const values = lines(targets)
  const rows = lines(features).map((line, i) => [...line.trim().split(/[\s,]+/), values[i]!.trim()].join(','))
  const names = [...Array.from({ length: rows[0]!.split(',').length - 1 }, (_, i) => `x${i}`), target]
  const copy = join(mkdtempSync(join(tmpdir(), 'sentei-bench-')), 'data.csv')
  writeFileSync(copy, [names.join(','), ...rows].join('\n'))
  return copy
}

const faults = ['Pastry', 'Z_Scratch', 'K_Scatch', 'Stains', 'Dirtiness', 'Bumps'].map(
  (name) => `${name}_Fault`,
)

/** All sets, the files looked for in `folder`. */
export function benchSets(folder: string): Readonly<Record<string, BenchSet>> {
  const at = (...path: string[]) => join(folder, ...path)
  const table = (data: () => object): BenchSet => ({ space: 'mlp-cell', data })
  const classes = { task: 'classification' } as const
  return {
    concrete: table(() => ({ source: 'concrete' })),
    casp: table(() => ({ file: at('tabular', 'CASP.csv.gz'), target: 'RMSD', limit: 5000 })),
    'casp-whole': table(() => ({ file: at('tabular', 'CASP.csv.gz'), target: 'RMSD' })),
    'white-wine': table(() => ({
      file: at('tabular', 'winequality-white.csv.gz'),
      target: 'quality',
      delimiter: ';',
      task: 'regression',
    })),
    airbnb: table(() => ({
      file: at('tabular', 'airbnb_X_train.csv.gz'),
      targetFile: at('tabular', 'airbnb_y_train.csv.gz'),
      targetHeader: false,
      target: 0,
      task: 'regression',
      limit: 5000,
    })),
    'breast-cancer': table(() => ({
      file: withHeader(at('sklearn', 'breast_cancer.csv'), 'benign', { skip: 1 }),
      target: 'benign',
      ...classes,
    })),
    'steel-plates': table(() => ({
      file: at('tabular', 'SteelPlatesFaults_Clean.csv.gz'),
      target: 'Other_Faults',
      drop: faults,
      ...classes,
    })),
    'credit-data': table(() => ({
      file: at('modeldata', 'credit_data.csv.gz'),
      target: 'Status',
      missing: 'median',
    })),
    'credit-card': table(() => ({
      file: at('tabular', 'UCI_Credit_Card.csv.gz'),
      target: 'default.payment.next.month',
      drop: ['ID'],
      ...classes,
    })),
    'steel-industry': table(() => ({
      file: at('tabular', 'Steel_industry_data.csv.gz'),
      target: 'Usage_kWh',
      drop: ['date'],
      task: 'regression',
    })),
    cells: table(() => ({ file: at('modeldata', 'cells.csv.gz'), target: 'class', drop: ['case'] })),
    hpc: table(() => ({ file: at('modeldata', 'hpc_data.csv.gz'), target: 'class' })),
    leaves: table(() => ({ file: at('modeldata', 'leaf_id_flavia.csv.gz'), target: 'species' })),
    'wine-cultivars': table(() => ({
      file: withHeader(at('sklearn', 'wine_data.csv'), 'cultivar', { skip: 1 }),
      target: 'cultivar',
      ...classes,
    })),
    iris: table(() => ({
      file: withHeader(at('sklearn', 'iris.csv'), 'species', { skip: 1 }),
      target: 'species',
      ...classes,
    })),
    diabetes: table(() => ({
      file: joined(
        at('sklearn', 'diabetes_data_raw.csv.gz'),
        at('sklearn', 'diabetes_target.csv.gz'),
        'progression',
      ),
      target: 'progression',
      task: 'regression',
    })),
    chicago: { space: 'autoencoder-mlp', data: () => ({ source: 'chicago', window: 14, horizon: 7 }) },
    ett: {
      space: 'autoencoder-mlp',
      data: () => ({
        file: at('timeseries', 'ett', 'ETTh1.csv.gz'),
        kind: 'series',
        drop: ['date'],
        target: 'OT',
        task: 'forecasting',
        window: 48,
        horizon: 24,
      }),
    },
    neu: {
      space: 'darts-cell',
      data: () => ({
        file: at('images', 'neu-steel', 'gray64.bin.gz'),
        format: 'records',
        image: { height: 64, width: 64 },
      }),
    },
    fashion: {
      space: 'darts-cell',
      data: () => ({
        file: at('fashion-mnist-t10k', 't10k-images-idx3-ubyte.gz'),
        targetFile: at('fashion-mnist-t10k', 't10k-labels-idx1-ubyte.gz'),
        limit: 5000,
      }),
    },
    digits: { space: 'darts-cell', data: () => ({ source: 'digits' }) },
  }
}
