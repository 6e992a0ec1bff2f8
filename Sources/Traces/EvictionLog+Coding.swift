import Files

// The contents of an evictions section. What the bytes mean stands in `Format.md`.

extension EvictionLog {
    /// The bytes of the log: a layer whose heads dropped alike has one list, any other a list a head.
    /// - Precondition: `misfit(tokens:)` finds nothing.
    var contents: [UInt8] {
        var writer = ByteWriter()
        for layer in 0..<layers {
            let first = self[layer, 0]
            let lists = (1..<kvHeads).allSatisfy { self[layer, $0] == first } ? 1 : kvHeads
            writer.writeVarint(lists)
            for kvHead in 0..<lists { Self.write(self[layer, kvHead], to: &writer) }
        }
        return writer.bytes
    }

    /// Reads the log of a sequence of `tokens` tokens from where `reader` is.
    /// A list grows as its numbers are read, and never beyond a drop a token.
    /// - Throws: `FileError`, with the place.
    init(_ reader: inout ByteReader, layers: Int, kvHeads: Int, tokens: Int) throws {
        self.init(layers: layers, kvHeads: kvHeads)
        for layer in 0..<layers {
            let start = reader.offset
            let lists = try reader.readVarint("lists of drops", in: 1...kvHeads)
            guard lists == 1 || lists == kvHeads else {
                throw reader.malformed(
                    at: start, expected: "1 or \(kvHeads) lists of drops for layer \(layer)", found: "\(lists)")
            }
            let drops = try (0..<lists).map { _ in try Self.drops(&reader, tokens: tokens) }
            for kvHead in 0..<kvHeads { self[layer, kvHead] = drops[lists == 1 ? 0 : kvHead] }
        }
    }

    private static func write(_ drops: [Drop], to writer: inout ByteWriter) {
        let runs = DropRun.runs(of: drops)
        writer.writeVarint(runs.count)
        var next = 0
        for run in runs {
            writer.writeVarint(run.first - next)
            writer.writeVarint(run.tokens - 1)
            writer.writeVarint(run.each - 1)
            next = run.first + run.tokens
        }
        writePositions(drops, to: &writer)
    }

    private static func writePositions(_ drops: [Drop], to writer: inout ByteWriter) {
        var expected = 0
        var index = 0
        while index < drops.count {
            let step = drops[index].position - expected
            writer.writeVarint(step >= 0 ? 2 * step : -2 * step - 1)
            expected = drops[index].position + 1
            index += 1
            guard step == 0 else { continue }
            let start = index
            while index < drops.count, drops[index].position == expected {
                expected += 1
                index += 1
            }
            writer.writeVarint(index - start)
        }
    }

    private static func drops(_ reader: inout ByteReader, tokens: Int) throws -> [Drop] {
        let runs = try runs(&reader, tokens: tokens)
        let total = runs.reduce(0) { $0 + $1.tokens * $1.each }
        let positions = try positions(&reader, count: total, tokens: tokens)
        var drops: [Drop] = []
        for run in runs {
            for token in run.first..<run.first + run.tokens {
                for _ in 0..<run.each { drops.append(Drop(token: token, position: positions[drops.count])) }
            }
        }
        return drops
    }

    private static func runs(_ reader: inout ByteReader, tokens: Int) throws -> [DropRun] {
        var runs: [DropRun] = []
        var next = 0
        var left = tokens
        for _ in 0..<(try reader.readVarint("runs of drops", in: 0...tokens)) {
            let start = reader.offset
            guard next < tokens, left > 0 else {
                throw reader.malformed(
                    at: start, expected: "no more drops than \(tokens) tokens", found: "another run of drops")
            }
            let first = next + (try reader.readVarint("tokens before a drop", in: 0...tokens - next - 1))
            let length = 1 + (try reader.readVarint("more tokens of a run", in: 0...min(tokens - first, left) - 1))
            let each = 1 + (try reader.readVarint("more drops after a token", in: 0...left / length - 1))
            runs.append(DropRun(first: first, tokens: length, each: each))
            next = first + length
            left -= length * each
        }
        return runs
    }

    private static func positions(_ reader: inout ByteReader, count: Int, tokens: Int) throws -> [Int] {
        var positions: [Int] = []
        var expected = 0
        while positions.count < count {
            let start = reader.offset
            let code = try reader.readVarint("a step", in: 0...2 * tokens)
            let position = expected + (code % 2 == 0 ? code / 2 : -(code + 1) / 2)
            guard (0..<tokens).contains(position) else {
                throw reader.malformed(
                    at: start, expected: "a dropped position from 0 to \(tokens - 1)", found: "\(position)")
            }
            positions.append(position)
            expected = position + 1
            guard code == 0 else { continue }
            let most = min(count - positions.count, tokens - expected)
            let more = try reader.readVarint("more positions in a row", in: 0...most)
            positions.append(contentsOf: expected..<expected + more)
            expected += more
        }
        return positions
    }
}

/// Tokens in a row after each of which equally many tokens were dropped.
private struct DropRun {
    var first: Int
    var tokens: Int
    var each: Int

    /// The longest such runs of a head's drops, in order.
    static func runs(of drops: [EvictionLog.Drop]) -> [DropRun] {
        var runs: [DropRun] = []
        var index = 0
        while index < drops.count {
            let token = drops[index].token
            let start = index
            while index < drops.count, drops[index].token == token { index += 1 }
            if let last = runs.last, last.first + last.tokens == token, last.each == index - start {
                runs[runs.count - 1].tokens += 1
            } else {
                runs.append(DropRun(first: token, tokens: 1, each: index - start))
            }
        }
        return runs
    }
}
