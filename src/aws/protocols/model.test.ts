import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { authorizationOf } from './authorization.ts'
import { noFaults } from './faults.ts'
import { jsonFormat } from './json-format.ts'
import { type CompactModel, type CompactShape, linkModel, modelOf, operationOf, type Shape } from './model.ts'
import { compileReader } from './read.ts'
import { compileJsonWriter } from './write-json.ts'

const services = ['secretsmanager', 'kms', 'iam', 'sts', 'ssm', 'lambda'] as const
const folder = new URL('../models/', import.meta.url)

function modelWith(shapes: Record<string, CompactShape>): CompactModel {
  const metadata = { protocol: 'json', apiVersion: '1', serviceId: 'T', endpointPrefix: 't', signingName: 't' } as const
  const operations = { Op: { method: 'POST', uri: '/', input: 'Root' } }
  return { service: 'kms', source: 'a test', metadata, operations, shapes }
}

describe('linking', () => {
  test.each([
    ['secretsmanager', 23],
    ['kms', 54],
    ['iam', 176],
    ['sts', 11],
    ['ssm', 146],
    ['lambda', 85],
  ] as const)('%s has %i operations, each the same object whenever it is asked for', (service, count) => {
    const model = modelOf(service)
    expect(model.operationNames).toHaveLength(count)
    for (const name of model.operationNames) {
      const operation = operationOf(model, name)
      expect(operation).toMatchObject({ name, model })
      expect(operationOf(model, name)).toBe(operation)
      for (const error of operation?.errors ?? []) expect(model.error(error)?.error).toBeDefined()
    }
  })

  test('names that every object has are not operations or errors', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(operationOf(modelOf('kms'), name)).toBeUndefined()
      expect(modelOf('kms').error(name)).toBeUndefined()
    }
    expect(modelOf('kms').error('EncryptRequest')).toBeUndefined()
  })

  test('what is linked cannot be changed', () => {
    const input = operationOf(modelOf('kms'), 'Encrypt')?.input as Shape
    expect(Object.isFrozen(input) && Object.isFrozen(input.members) && Object.isFrozen(input.members[0])).toBe(true)
  })

  test('a model that leads nowhere or to names of Object.prototype is our mistake', () => {
    const members = (shape: CompactShape) => () => linkModel(modelWith({ Root: shape })).operation('Op')
    expect(members({ type: 'structure', members: { A: 'Absent' } })).toThrow(/no shape Absent/)
    expect(members({ type: 'structure', members: { constructor: 'Root' } })).toThrow(/constructor/)
  })

  test('a shape may contain itself', () => {
    const shapes: Record<string, CompactShape> = {
      Root: { type: 'structure', required: ['Name'], members: { Name: 'Text', Next: 'Root', Many: 'List' } },
      List: { type: 'list', member: 'Root' },
      Text: { type: 'string', min: 1 },
    }
    const input = linkModel(modelWith(shapes)).operation('Op')?.input as Shape
    const read = compileReader(input, modelWith({}).metadata, jsonFormat)
    const value = { Name: 'a', Next: { Name: 'b', Many: [{ Name: 'c' }] } }
    expect(read(value, '', noFaults())).toEqual(value)
    expect(JSON.parse(compileJsonWriter(input)(value))).toEqual(value)
    const faults = noFaults()
    read({ Name: 'a', Next: { Name: 'b', Many: [{}] } }, '', faults)
    expect(faults.invalid?.[0]).toContain("at 'next.many.1.member.name'")
  })
})

test('messages show no part of something sensitive', () => {
  const shapes: Record<string, CompactShape> = {
    Root: { type: 'structure', members: { Hidden: 'Node' } },
    Node: { type: 'structure', sensitive: true, members: { Name: 'Text', Names: 'List', Map: 'Map', Next: 'Node' } },
    List: { type: 'list', member: 'Text' },
    Map: { type: 'map', key: 'Text', value: 'Text' },
    Text: { type: 'string', max: 3 },
  }
  const input = linkModel(modelWith(shapes)).operation('Op')?.input as Shape
  const faults = noFaults()
  const node = { Name: 'canary', Names: ['canary'], Map: { canary: 'canary' } }
  const value = compileReader(input, modelWith({}).metadata, jsonFormat)(
    { Hidden: { ...node, Next: node } },
    '',
    faults,
  )
  expect(faults.count).toBe(8)
  expect(faults.invalid?.every((text) => text.startsWith("Value at 'hidden."))).toBe(true)
  expect(JSON.stringify([value, faults])).not.toContain('canary')
})

describe('the generated files', () => {
  const otherwiseNamed = {
    secretsmanager: [],
    kms: ['ReEncrypt'],
    iam: ['UpdateDelegationRequest'],
    sts: [],
    ssm: [],
    lambda: ['GetLayerVersionByArn', 'Invoke', 'InvokeWithResponseStream'],
  }

  test('stay small', () => {
    const sizes = readdirSync(folder).map((name) => statSync(new URL(name, folder)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_200_000)
  })

  test.each(services)(
    '%s: every operation is an action, but for those that the reference lacks or names otherwise',
    (service) => {
      const { actions } = authorizationOf(service)
      const levels = ['List', 'Read', 'Write', 'Tagging', 'Permissions management']
      for (const action of Object.values(actions)) expect(levels).toContain(action.access)
      const others = modelOf(service).operationNames.filter((name) => !Object.hasOwn(actions, name))
      expect(others).toEqual(otherwiseNamed[service])
    },
  )

  const versions = services.map((service) => {
    const text = readFileSync(new URL(`${service}.json`, folder), 'utf8')
    return /botocore ([\d.]+)/.exec((JSON.parse(text) as CompactModel).source)?.[1]
  })

  test('come from one version of botocore', () => {
    expect(new Set(versions).size).toBe(1)
  })

  test.skipIf(installedBotocore() !== versions[0])('are what the generator writes', () => {
    const script = fileURLToPath(new URL('../../../scripts/generate-models.ts', import.meta.url))
    const said = execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    expect(said).toBe('src/aws/models is up to date\n')
  })
})

/** The version of the botocore that python3 has, if it has one. */
function installedBotocore(): string | undefined {
  try {
    const program = 'import botocore; print(botocore.__version__)'
    return execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
