import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { hydraulic } from './measured-sets.js'

/** A file or folder as someone has it, and the options of the one line that searches with it. */
export interface EstimateSet {
  readonly kind: string
  /** Writes the data into a folder, from those of another one, and returns its path. */
  readonly make: (into: string, from: string) => string
  readonly options: readonly string[]
}

const unzipped = (file: string): Buffer => gunzipSync(readFileSync(file))

/** A table as it is, without its compression. */
const table =
  (folder: string, name: string): EstimateSet['make'] =>
  (into, from) => {
    const file = join(into, `${name}.csv`)
    writeFileSync(file, unzipped(join(from, folder, `${name}.csv.gz`)))
    return file
  }

/** The first images of Fashion-MNIST's test set, in a folder for each class. */
const photos =
  (count: number): EstimateSet['make'] =>
  (into, from) => {
    const of = (part: string) => unzipped(join(from, 'fashion-mnist-t10k', `t10k-${part}-ubyte.gz`))
    const [pixels, labels] = [of('images-idx3').subarray(16), of('labels-idx1').subarray(8)]
    const folder = join(into, `fashion-${count}`)
    for (let i = 0; i < count; i++) {
      const png = new PNG({ width: 28, height: 28, colorType: 0 })
      for (let p = 0; p < 28 * 28; p++)
        png.data.fill(pixels[i * 28 * 28 + p]!, 4 * p, 4 * p + 3).fill(255, 4 * p + 3, 4 * p + 4)
      mkdirSync(join(folder, `class-${labels[i]}`), { recursive: true })
      writeFileSync(join(folder, `class-${labels[i]}`, `${i}.png`), PNG.sync.write(png, { colorType: 0 }))
    }
    return folder
  }

/** Cycles of a hydraulic rig with the state of a valve, as a .ts file. */
const cycles: EstimateSet['make'] = (into, from) => {
  const { train, steps, channels } = hydraulic(join(from, 'timeseries'), 'valve', Infinity, 1)
  const line = ({ values, target }: (typeof train)[number]) =>
    [
      ...Array.from({ length: channels }, (_, c) =>
        Array.from({ length: steps }, (_, t) => values[t * channels + c]).join(','),
      ),
      `state-${target}`,
    ].join(':')
  const labels = [...new Set(train.map(({ target }) => `state-${target}`))].sort()
  const file = join(into, 'valve.ts')
  writeFileSync(
    file,
    [
      '@problemName valve',
      '@univariate false',
      `@classLabel true ${labels.join(' ')}`,
      '@data',
      ...train.map(line),
    ].join('\n'),
  )
  return file
}

/** The sets of the table, by name. */
export const estimateSets: Readonly<Record<string, EstimateSet>> = {
  concrete: {
    kind: 'table, numbers',
    make: table('modeldata', 'concrete'),
    options: ['--target', 'compressive_strength'],
  },
  CASP: { kind: 'long table, numbers', make: table('tabular', 'CASP'), options: ['--target', 'RMSD'] },
  credit: {
    kind: 'table, classes, gaps',
    make: table('modeldata', 'credit_data'),
    options: ['--target', 'Status'],
  },
  hpc: { kind: 'table, classes', make: table('modeldata', 'hpc_data'), options: ['--target', 'class'] },
  cells: { kind: 'wide table, classes', make: table('modeldata', 'cells'), options: ['--target', 'class'] },
  fashion: { kind: 'folder of images', make: photos(2000), options: [] },
  ETTh1: {
    kind: 'series, forecast',
    make: table('timeseries/ett', 'ETTh1'),
    options: ['--target', 'OT', '--horizon', '24'],
  },
  Chicago: {
    kind: 'series, forecast',
    make: table('modeldata', 'Chicago'),
    options: ['--target', 'ridership', '--horizon', '7'],
  },
  valve: { kind: 'labelled series', make: cycles, options: [] },
}
