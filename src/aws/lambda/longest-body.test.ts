import { expect, test } from 'vitest'
import { longestLambdaBody } from './longest-body.ts'

test.each([
  ['POST', '/2015-03-31/functions', 73_400_320],
  ['POST', '/2015-03-31/functions/?x=1', 73_400_320],
  ['PUT', '/2015-03-31/functions/f/code', 73_400_320],
  ['POST', '/2015-03-31/functions/arn%3Aaws/invocations?Qualifier=1', 6_291_456],
  ['GET', '/2015-03-31/functions', undefined],
  ['PUT', '/2015-03-31/functions/f/configuration', undefined],
  ['POST', '/2015-03-31/functions/f/g/invocations', undefined],
  ['POST', '/', undefined],
])('%s %s', (method, url, bytes) => expect(longestLambdaBody({ method, url })).toBe(bytes))
