import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attributeOf, childNamed, isElement, parseXml, textOf, type XmlElement } from './xml-document.ts'

function parsed(text: string): XmlElement {
  const root = parseXml(text)
  if (!root) throw new Error(`malformed: ${text}`)
  return root
}

test('elements, attributes and text, with namespaces resolved', () => {
  const root = parsed(
    '<?xml version="1.0"?>\r\n<!-- c --><a xmlns="u:a" xmlns:b="u:b" b:x="1" x=\'2&lt;&#65;&#x1F600;\'>t<!-- c -->u<b:c/>' +
      '<![CDATA[<&]]>&amp;<d xmlns="">v</d></a>\n',
  )
  expect(root).toMatchObject({ prefix: '', local: 'a', uri: 'u:a' })
  expect(root.attributes).toEqual([
    { prefix: 'b', local: 'x', uri: 'u:b', value: '1' },
    { prefix: '', local: 'x', uri: '', value: '2<A😀' },
  ])
  expect(root.children.filter((child) => !isElement(child))).toEqual(['tu', '<&&'])
  expect(childNamed(root, 'u:b', 'c')).toMatchObject({ prefix: 'b', children: [] })
  const d = childNamed(root, '', 'd')
  expect(d && textOf(d)).toBe('v')
  expect(attributeOf(root, 'x')).toBe('2<A😀')
})

test.each([
  '',
  'text',
  '<a>',
  '<a></b>',
  '<a/><b/>',
  '<a b=1/>',
  '<a b="1" b="2"/>',
  '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>',
  '<a b="<"/>',
  '<a>&unknown;</a>',
  '<a>&amp</a>',
  '<a>&#0;</a>',
  '<a>&#xD800;</a>',
  '<a>\u0000</a>',
  '<a>]]></a>',
  '<p:a/>',
  '<a p:b="1"/>',
  '<a xmlns:p=""/>',
  '<a xmlns:xml="u"/>',
  '<!DOCTYPE a><a/>',
  '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
  '<a><?php ?></a>',
  '<a><!-- -- --></a>',
  '<a></a',
  '<a/>text',
])('%s is not read', (text) => {
  expect(parseXml(text)).toBeUndefined()
})

test('depth is bounded', () => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth)
  expect(parseXml(nested(64))).toBeDefined()
  expect(parseXml(nested(100))).toBeUndefined()
  expect(parseXml(nested(100_000))).toBeUndefined()
})

test('prefixes in scope are bounded', () => {
  const declaring = (count: number) => Array.from({ length: count }, (_, index) => ` xmlns:p${index}="u"`).join('')
  expect(parseXml(`<a${declaring(60)}/>`)).toBeDefined()
  expect(parseXml(`<a${declaring(90)}/>`)).toBeUndefined()
  expect(parseXml(`<a${declaring(60)}><b${declaring(60)}/></a>`)).toBeDefined()
  const other = declaring(60).replaceAll(':p', ':q')
  expect(parseXml(`<a${declaring(60)}><b${other}/></a>`)).toBeUndefined()
})

test('no text makes the reader fail', () => {
  const piece = fc.constantFrom(
    '<a',
    '<b:c',
    '>',
    '/>',
    '</a>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '&amp;',
    '&#',
    ';',
    '"',
    "'",
    '=',
    ' x="1"',
    ' xmlns:b="u"',
    't',
    '\ud800',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const root = parseXml(`<a>${pieces.join('')}</a>`)
      expect(root === undefined || root.local === 'a').toBe(true)
    }),
    { seed: 3, numRuns: 2000 },
  )
})
