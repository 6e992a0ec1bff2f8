/// The forms a figure is drawn in.
public enum PictureFormat: Sendable {
    /// Scalable, for pages; without a title, which the page has.
    case svg
    /// Pixels, to stand alone; twice the points each way, so that it is sharp on any screen.
    case png

    /// gnuplot's line that selects it. Text is taken as it is: no markup in names.
    func terminal(width: Int, height: Int) -> String {
        switch self {
        case .svg:
            "set terminal svg size \(width),\(height) dynamic noenhanced font 'sans-serif,13' linewidth 1\n"
        case .png:
            "set terminal pngcairo size \(2 * width),\(2 * height) noenhanced font 'sans-serif,9.75' fontscale 2 "
                + "linewidth 2 pointscale 2 background rgb 'white'\n"
        }
    }
}
