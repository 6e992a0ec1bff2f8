import ArgumentParser
import Traces

extension TraceShard: ExpressibleByArgument {
    /// A shard as it is written on the command line.
    public init?(argument: String) { self.init(argument) }
}
