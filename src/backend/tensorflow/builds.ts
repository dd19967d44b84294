/** One of the two builds of TensorFlow for Node, and where its parts come from. */
export interface Build {
  /** The npm package, which is also what is imported. */
  readonly package: string
  /** The Python package whose wheel holds the library that the addon needs. */
  readonly wheel: string
}

/** The version of both npm packages: the one that the optional peers name. */
export const packageVersion = '4.22.0'

/**
 * The version of the wheels. The addon calls only TensorFlow's C interface, which does not change: it was built
 * against 2.12.1, 2.15.1, 2.18.1 and 2.21.0, and computed with each. This is the smallest of them.
 */
export const wheelVersion = '2.15.1'

export type BuildName = 'tensorflow-gpu' | 'tensorflow'

/** The builds in the order in which they are tried: the GPU build has no fallback, so who has it wants it. */
export const builds: Readonly<Record<BuildName, Build>> = {
  'tensorflow-gpu': { package: '@tensorflow/tfjs-node-gpu', wheel: 'tensorflow' },
  tensorflow: { package: '@tensorflow/tfjs-node', wheel: 'tensorflow-cpu' },
}

/** The first major version of Node.js in which the packages do not run. */
export const firstNodeWithout = 23
