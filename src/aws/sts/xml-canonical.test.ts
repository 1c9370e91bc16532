import { expect, test } from 'vitest'
import { childNamed, parseXml, type XmlElement } from '../iam/xml-document.ts'
import { canonicalXml } from './xml-canonical.ts'

function parsed(text: string): XmlElement {
  const root = parseXml(text)
  if (!root) throw new Error('XML')
  return root
}

test.each([
  ['<a b="2" a="1"/>', '<a a="1" b="2"></a>'],
  [
    '<a xmlns:z="u:1" xmlns:y="u:2" z:k="1" y:k="2" k="3"/>',
    '<a xmlns:y="u:2" xmlns:z="u:1" k="3" z:k="1" y:k="2"></a>',
  ],
  ['<a xmlns:unused="u"><b/></a>', '<a><b></b></a>'],
  ['<a xmlns="u"><b xmlns=""/></a>', '<a xmlns="u"><b xmlns=""></b></a>'],
  [
    '<p:a xmlns:p="u"><p:b xmlns:p="u"/><p:c xmlns:p="v"/></p:a>',
    '<p:a xmlns:p="u"><p:b></p:b><p:c xmlns:p="v"></p:c></p:a>',
  ],
  [
    '<a b=\'"&lt;&gt;&amp;&#9;&#10;&#13;\'>"&lt;&gt;&amp;&#13;</a>',
    '<a b="&quot;&lt;>&amp;&#x9;&#xA;&#xD;">"&lt;&gt;&amp;&#xD;</a>',
  ],
  ['<a><!-- c -->x<![CDATA[<y>]]></a>', '<a>x&lt;y&gt;</a>'],
  ['<a xml:lang="en"/>', '<a xml:lang="en"></a>'],
])('%s', (text, canonical) => {
  expect(canonicalXml(parsed(text))).toBe(canonical)
})

// The example of section 2.2 of the recommendation: the same element in two places has the same text.
test('an element is the same wherever it stands', () => {
  const one = parsed(
    '<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:local>',
  )
  const two = parsed(
    '<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xmlns:n4="http://foo.example"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n2:pdu>',
  )
  const texts = [one, two].map((root) => {
    const element = childNamed(root, 'http://example.net', 'elem2')
    return element && canonicalXml(element)
  })
  expect(texts[0]).toBe(
    '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>',
  )
  expect(texts[1]).toBe(texts[0])
})

test('inclusive prefixes are declared whether used or not', () => {
  const element = parsed('<a xmlns="u:0" xmlns:p="u:1"><b/></a>')
  expect(canonicalXml(element, { inclusivePrefixes: ['p'] })).toBe('<a xmlns="u:0" xmlns:p="u:1"><b></b></a>')
})
