import ArgumentParser
import Capacity

extension ByteSize: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
