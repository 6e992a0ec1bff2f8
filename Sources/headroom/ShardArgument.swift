import ArgumentParser
import Traces

/// A shard as it is written on the command line.
func shard(_ word: String) throws -> TraceShard {
    guard let shard = TraceShard(word) else {
        throw ValidationError(
            "expected I/N, a part I from 0 on of N parts, at most \(TraceShard.most) (0/4 to 3/4), found '\(word)'")
    }
    return shard
}
