import { conformanceWhereItLoads } from './suites/index.js'

await conformanceWhereItLoads({ name: 'webgpu', backend: 'webgpu', every: 7 })
await conformanceWhereItLoads({ name: 'tensorflow', backend: 'tensorflow', every: 7 })
