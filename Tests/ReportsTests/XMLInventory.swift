import Foundation
import FoundationXML
import Testing

/// What an XML document holds: a parser's notes.
final class XMLInventory: NSObject, XMLParserDelegate {
    /// Names of all elements, in order.
    private(set) var names: [String] = []
    /// All `id`s.
    private(set) var ids: [String] = []
    /// What `href`s and `url(…)`s within the document point to.
    private(set) var references: [String] = []
    /// Values of all `href` and `src` attributes.
    private(set) var links: [String] = []
    /// Names of all attributes.
    private(set) var attributeNames: Set<String> = []
    /// Text of `text` elements.
    private(set) var texts: Set<String> = []
    /// Text of `title` elements.
    private(set) var titles: Set<String> = []
    /// All text.
    private(set) var allText = ""
    private var pending = ""

    /// Reads a document; fails the test where it is not well-formed.
    init(_ xml: String) throws {
        super.init()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = self
        let isWellFormed = parser.parse()
        try #require(isWellFormed, "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        names.append(name)
        pending = ""
        for (key, value) in attributes {
            attributeNames.insert(key)
            if key == "id" { ids.append(value) }
            if key.hasSuffix("href") || key == "src" { links.append(value) }
            if key.hasSuffix("href"), value.hasPrefix("#") { references.append(String(value.dropFirst())) }
            if value.hasPrefix("url(#") { references.append(String(value.dropFirst(5).dropLast())) }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        pending += text
        allText += text
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        let text = pending.trimmingCharacters(in: .whitespacesAndNewlines)
        if name == "text" { texts.insert(text) }
        if name == "title" { titles.insert(text) }
    }
}
