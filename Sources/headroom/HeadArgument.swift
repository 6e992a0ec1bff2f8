import ArgumentParser
import Comparison

/// A head as it is written on the command line.
func head(_ word: String) throws -> HeadPlace {
    guard let head = HeadPlace(word) else {
        throw ValidationError("expected L,H, a layer and a KV head of it, both from 0 on (2,5), found '\(word)'")
    }
    return head
}
