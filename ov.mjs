import { setupTrial, resolveConfig, useBackend } from './dist/src/index.js'
import { SupernetModel } from './dist/src/supernet/model.js'
import { supernetStepper } from './dist/src/search/stepper.js'
import { singlePath } from './dist/src/search/single-paths.js'
import { plannedProgram } from './dist/src/search/memory.js'
import { trainedNodes } from './dist/src/search/gradients.js'
import { batching } from './dist/src/search/batching.js'
import { phaseAt } from './dist/src/schedule/table.js'
await useBackend('wasm')
for (const [space, data, options] of [['mlp-cell',{source:'concrete'},{}],['nas-bench-201',{source:'digits'},{cells:1}],['darts-cell',{source:'digits'},{channels:4}]]) {
const trial = await setupTrial(resolveConfig({ seed:1, data, supernet:{space,options}}),'.')
const { config, data:d, schedule, terms, loss, metric, random, identity } = trial
const model = new SupernetModel(trial.supernet, trial.relaxation, random, 0.01)
const context = { options: config.search, schedule, terms, loss, metric, random, identity, save(){}, emit(){} }
const stepper = supernetStepper(model, d, context)
const batches = batching(d, d.splits.train, config.search, random, 'search')
const phase = phaseAt(schedule, 0)
const N = space==='mlp-cell'?200:20
for (let t=0;t<N;t++) stepper.step(t,batches.at(t),phase)
let a=0,b=0
for (let t=N;t<2*N;t++){const s=performance.now();stepper.step(t,batches.at(t),phase);const e=performance.now()-s; if(t%2) b+=e; else a+=e}
let g=0,p=0
for (let t=0;t<N;t++){const s=performance.now();const n=singlePath(model,random,t);const m=performance.now();g+=m-s; plannedProgram(n.graph,{roles:['task'],taps:[],trained:trainedNodes(n.graph,{weights:model.weights.specs.filter(x=>x.role==='weight').map(x=>x.name),alphas:[]})},64);p+=performance.now()-m}
console.log(space,'mixture',(a/N*2).toFixed(2),'single',(b/N*2).toFixed(2),'graph',(g/N).toFixed(2),'program',(p/N).toFixed(2))
}
