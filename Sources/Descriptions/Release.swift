/// Which Headroom this is.
public enum Release {
    /// The version that reports and `--version` print.
    public static let version = "0.1.0"
}
