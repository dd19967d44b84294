import { writeAtomic, writeJson } from '../../base/files.js'
import { architectureDot, dotToSvg } from '../../export/dot.js'
import { readArchitecture } from './run-files.js'
import type { Exporter } from './types.js'

/** The architecture as JSON. */
export const architecture: Exporter = {
  name: 'architecture',
  write: (run, out, name) => writeJson(out, readArchitecture(run, name)),
}

/** A drawing of the architecture for Graphviz. */
export const dot: Exporter = {
  name: 'dot',
  write: (run, out, name) => writeAtomic(out, architectureDot(readArchitecture(run, name))),
}

/** The same drawing as an image. */
export const svg: Exporter = {
  name: 'svg',
  write: async (run, out, name) =>
    writeAtomic(out, `${await dotToSvg(architectureDot(readArchitecture(run, name)))}\n`),
}
