import { setupTrial, resolveConfig, useBackend } from './dist/src/index.js'
import { SupernetModel } from './dist/src/supernet/model.js'
import { searchArchitecture } from './dist/src/search/search.js'
import { measureAlone } from './dist/src/search/alone.js'
import { openChoices } from './dist/src/search/single-paths.js'
await useBackend('wasm')
const seed = Number(process.argv[2] ?? 7), epochs = Number(process.argv[3] ?? 25), at = Number(process.argv[4] ?? 295)
const more = JSON.parse(process.argv[5] ?? '{}')
const images='/work/shared/datasets/images/cifar10-subset/'
const trial = await setupTrial(resolveConfig({ seed, data:{format:'cifar-10', file: images+'sub_train.bin.gz', test:{file:images+'sub_test.bin.gz'}},
 supernet:{space:'nas-bench-201',options:{cells:1}}, search:{epochs, augment:{shift:4,flip:true}, ...more}, schedule:{name:'spos',phases:[{name:'w',until:0.99,gates:'hold',paths:'alternate',terms:[{term:'l2',part:'weights',lambda:0.0005}]},{name:'x',until:1,gates:'hold'}],prune:{from:0.99,until:1}}, retrain:{steps:1,baseline:false}}),'.')
const { config, data, schedule, terms, loss, metric, random, identity } = trial
const model = new SupernetModel(trial.supernet, trial.relaxation, random, 0.01)
const context = { options: config.search, schedule, terms, loss, metric, random, identity, save(){},
 emit(e){ if(e.type!=='evaluation') return
  if (e.step % at >= 59) return
  const t0=performance.now()
  console.log('step',e.step,'loss',e.loss.task.toFixed(3),'ms',e.stepMs.toFixed(0))
  for (const {group,members} of openChoices(model)) {
    const m = members.map(name=>({name,...measureAlone({model,data,context},group.name,name,e.step)}))
    const mean = l=>l.reduce((a,b)=>a+b,0)/l.length
    const best = m.reduce((a,b)=>mean(b.losses)<mean(a.losses)?b:a)
    console.log(group.name, m.map(x=>{const d=x.losses.map((l,i)=>l-best.losses[i]); const md=mean(d); const se=Math.sqrt(mean(d.map(y=>(y-md)**2))/(d.length-1)); return `${x.name.slice(0,8)} ${mean(x.losses).toFixed(3)}${x===best?' *':` +${(md/se).toFixed(1)}se`}`}).join('  '))
  }
  console.log('measured in',((performance.now()-t0)/1000).toFixed(0),'s')
 } }
await searchArchitecture(model, data, context)
