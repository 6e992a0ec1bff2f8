import Foundation

/// What the place that text goes to can show.
public struct InspectTerminal: Equatable, Sendable {
    /// Whether it shows colours.
    public var hasColour: Bool
    /// Characters of a line.
    public var columns: Int

    /// A place by its parts.
    public init(hasColour: Bool = false, columns: Int = 120) {
        self.hasColour = hasColour
        self.columns = columns
    }

    /// Standard output as it is: colours on a terminal alone, and not where `NO_COLOR` is set (no-color.org) or the
    /// terminal is `dumb`.
    public static func standardOutput(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> InspectTerminal {
        guard isatty(STDOUT_FILENO) == 1 else { return InspectTerminal() }
        let plain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return InspectTerminal(hasColour: !plain && environment["TERM"] != "dumb", columns: width ?? 80)
    }

    private static var width: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
