import { fileURLToPath } from 'node:url'

const source = (file: string) => fileURLToPath(new URL(`packages/kernels/src/${file}`, import.meta.url))

/** Tests read the packages of this workspace as sources, not as they were built. */
export const alias = { 'sentei-kernels/node': source('node.ts'), 'sentei-kernels': source('index.ts') }
