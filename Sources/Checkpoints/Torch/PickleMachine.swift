import Files

/// The stack machine that a pickle is a program for. Every instruction is at least a byte and makes at most one value or
/// object, so that what it holds is bounded by the file; it never recurses.
struct PickleMachine {
    /// Far beyond any state dictionary, and little memory: what a file of nothing but small objects may take.
    static let mostObjects = 1 << 20
    /// Values that all objects may hold together.
    static let mostHeld = 1 << 22
    /// The same for what waits on the stack; Python's pickles put at most some thousand values down at once.
    static let mostValues = 1 << 20

    var reader: ByteReader
    /// Where in its file the pickle begins.
    let base: Int
    var stack: [PickleValue] = []
    /// Heights of the stack at the marks that are open.
    var marks: [Int] = []
    var memo: [Int: PickleValue] = [:]
    var objects: [PickleObject] = []
    /// Values that were put into objects.
    private var held = 0
    /// Where the instruction under way stands.
    var start = 0

    init(_ reader: ByteReader, base: Int) {
        self.reader = reader
        self.base = base
    }

    /// Runs all instructions.
    mutating func run() throws -> Pickle {
        while true {
            start = reader.offset
            let code = try reader.read(UInt8.self)
            guard let instruction = PickleInstruction(rawValue: code) else {
                throw malformed("an instruction of a state dictionary's pickle", "the code \(code)")
            }
            if instruction == .stop { return Pickle(root: try pop(), objects: objects) }
            try perform(instruction)
        }
    }

    /// The error that names the instruction under way.
    func malformed(_ expected: String, _ found: String) -> FileError {
        .malformed(path: reader.path, offset: base + start, expected: expected, found: found)
    }

    mutating func pop() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw malformed("a value on the pickle's stack", "none")
        }
        return value
    }

    func top() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.last else {
            throw malformed("a value on the pickle's stack", "none")
        }
        return value
    }

    mutating func mark() throws {
        guard marks.count < Self.mostValues else { throw malformed("at most \(Self.mostValues) marks at once", "more") }
        marks.append(stack.count)
    }

    /// Takes everything down to the last mark, and the mark.
    mutating func popToMark() throws -> [PickleValue] {
        let values = try valuesToMark()
        try dropToMark()
        return values
    }

    /// Drops everything down to the last mark, and the mark. (`_ = try popToMark()` is not the same: the optimizer of
    /// Swift 6.3.1 frees the array that nobody wants before it is filled.)
    mutating func dropToMark() throws {
        guard let mark = marks.popLast() else { throw malformed("a mark on the pickle's stack", "none") }
        stack.removeSubrange(mark...)
    }

    private func valuesToMark() throws -> [PickleValue] {
        guard let mark = marks.last else { throw malformed("a mark on the pickle's stack", "none") }
        return Array(stack[mark...])
    }

    mutating func push(_ value: PickleValue) throws {
        guard stack.count < Self.mostValues else {
            throw malformed("at most \(Self.mostValues) values at once", "more")
        }
        stack.append(value)
    }

    mutating func push(_ object: PickleObject) throws {
        guard objects.count < Self.mostObjects else { throw malformed("at most \(Self.mostObjects) objects", "more") }
        try push(.object(objects.count))
        objects.append(object)
    }

    /// Counts `values` that an object is to hold.
    mutating func hold(_ values: [PickleValue]) throws -> [PickleValue] {
        held += values.count
        guard held <= Self.mostHeld else { throw malformed("at most \(Self.mostHeld) values in objects", "more") }
        return values
    }

    mutating func pushTuple(_ count: Int) throws {
        var items: [PickleValue] = []
        for _ in 0..<count { items.append(try pop()) }
        try push(.tuple(hold(items.reversed())))
    }

    mutating func memoize(at index: Int) throws {
        guard memo.count < Self.mostObjects else {
            throw malformed("at most \(Self.mostObjects) values in the memo", "more")
        }
        memo[index] = try top()
    }

    func memoized(_ index: Int) throws -> PickleValue {
        guard let value = memo[index] else { throw malformed("a value in the pickle's memo", "none at \(index)") }
        return value
    }

    /// Changes the object on top of the stack by `change`, which says whether it could.
    mutating func changeTop(_ expected: String, _ change: (inout PickleObject) -> Bool) throws {
        let value = try top()
        guard case .object(let index) = value, change(&objects[index]) else { throw malformed(expected, "\(value)") }
    }
}
