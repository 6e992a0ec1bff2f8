import Files
import Foundation
import Mustache

/// The forms a report is written in, each a template among Headroom's data files.
enum PageTemplate: String {
    /// One self-contained HTML page.
    case html = "index.html"
    /// Markdown, pictures beside it.
    case markdown = "report.md"

    /// A page.
    /// - Throws: `FileError` when Headroom's own template is missing.
    func page(_ view: PageView) throws -> String {
        _ = Self.contentTypes
        let path = try ResourceLocator.path("templates/\(rawValue).mustache", module: "Reports")
        let text = String(decoding: try MappedFile.contents(of: path), as: UTF8.self)
        return try MustacheTemplate(string: text).render(view)
    }

    /// How variables are escaped; a template names its own in its first line. (The library's HTML escaping goes by
    /// characters, not scalars, and misses a `<` that carries an accent.)
    private static let contentTypes: Void = {
        MustacheContentTypes.register(Escaping(escape: HTMLText.escaped), named: "SAFE-HTML")
        MustacheContentTypes.register(Escaping(escape: MarkdownText.escaped), named: "MARKDOWN")
    }()
}

/// A way to escape a template's variables.
private struct Escaping: MustacheContentType {
    let escape: @Sendable (String) -> String

    func escapeText(_ text: String) -> String { escape(text) }
}
