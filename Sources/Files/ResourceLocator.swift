import Foundation

/// Finds the data files that come with Headroom: beside the executable (a build, or a copied binary with its
/// resources), or in an installation's `share/headroom`. (`Bundle.module` alone aborts once a binary is copied.)
public enum ResourceLocator {
    /// The path of `relativePath` among the resources of `module`.
    /// - Throws: `FileError.unreadable` naming every place that was searched.
    public static func path(_ relativePath: String, module: String) throws -> String {
        try self.path(relativePath, module: module, executable: executable)
    }

    /// The same for an executable at another path.
    package static func path(_ relativePath: String, module: String, executable: String) throws -> String {
        let places = folders(module: module, executable: executable).map { "\($0)/\(relativePath)" }
        if let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) { return found }
        throw FileError.unreadable(
            path: relativePath, reason: "Headroom's own data is in none of \(places.joined(separator: ", "))")
    }

    /// This process's file, links followed: a link to an installed binary finds that installation's data.
    private static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    private static func folders(module: String, executable: String) -> [String] {
        let folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
        let bundle = "Headroom_\(module).resources"
        return [
            folder.appendingPathComponent(bundle).path,
            folder.deletingLastPathComponent().appendingPathComponent("share/headroom/\(bundle)").path,
        ]
    }
}
