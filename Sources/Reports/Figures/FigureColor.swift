/// The palette of all figures: that of Okabe and Ito, which readers with any of the common colour blindnesses can tell
/// apart (Color Universal Design, 2008; its yellow left out, too pale for a line on white). Each colour has a dash
/// pattern of its own as well, for those who print in grey.
public enum FigureColor: CaseIterable, Equatable, Sendable {
    /// For the plain cache, which everything is held against.
    case charcoal
    /// For DMC.
    case blue
    /// For grouped-query attention.
    case orange
    /// For DMC on grouped-query attention.
    case green
    /// For H2O.
    case vermilion
    /// For TOVA.
    case purple
    /// For windows.
    case sky
    /// For StreamingLLM: Tol's muted olive (Technical note SRON/EPS/TN/09-002, 2021), since a window has sky already.
    case olive

    /// As `#rrggbb`.
    var hexadecimal: String {
        switch self {
        case .charcoal: "#404040"
        case .blue: "#0072b2"
        case .orange: "#e69f00"
        case .green: "#009e73"
        case .vermilion: "#d55e00"
        case .purple: "#cc79a7"
        case .sky: "#56b4e9"
        case .olive: "#999933"
        }
    }

    /// A darker shade of the pale ones, for text: at least 4.5 to 1 against white.
    var textHexadecimal: String {
        switch self {
        case .charcoal, .blue: hexadecimal
        case .orange: "#8f6200"
        case .green: "#00795a"
        case .vermilion: "#b34f00"
        case .purple: "#a04878"
        case .sky: "#1c74a6"
        case .olive: "#6b6b1f"
        }
    }

    /// gnuplot's dash pattern: strokes and gaps in turn; nil for a solid line.
    var dashes: String? {
        switch self {
        case .charcoal, .blue: nil
        case .orange: "(10,4)"
        case .green: "(14,4,3,4)"
        case .vermilion: "(4,4)"
        case .purple: "(2,4)"
        case .sky: "(10,3,2,3,2,3)"
        case .olive: "(6,2,2,2)"
        }
    }
}
