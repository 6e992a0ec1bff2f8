import Files

extension PickleMachine {
    /// Does what one instruction says.
    mutating func perform(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .stop: break
        case .mark: try mark()
        case .pop: _ = try pop()
        case .popMark: try dropToMark()
        case .duplicate: try push(try top())
        case .proto: try checkProtocol()
        case .frame: try checkFrame()
        case .none, .newTrue, .newFalse, .binInt, .binInt1, .binInt2, .long1, .long4, .binFloat:
            try push(try number(instruction))
        case .shortBinString, .binString, .shortBinUnicode, .binUnicode, .binUnicode8:
            try push(.string(try text(try length(instruction))))
        case .shortBinBytes, .binBytes, .binBytes8, .byteArray8:
            _ = try reader.read(count: try length(instruction))
            try push(.bytes)
        case .emptyTuple, .tuple1, .tuple2, .tuple3, .tuple, .emptyList, .append, .appends, .emptyDictionary, .setItem,
            .setItems, .emptySet, .addItems, .frozenSet:
            try collect(instruction)
        case .binGet, .longBinGet, .binPut, .longBinPut, .memoize: try remember(instruction)
        case .global, .stackGlobal, .reduce, .newObject, .newObjectWithNames, .build, .persistentID:
            try note(instruction)
        }
    }

    private mutating func checkProtocol() throws {
        let version = try reader.read(UInt8.self)
        guard (2...5).contains(version) else { throw malformed("a pickle of protocol 2 to 5", "protocol \(version)") }
    }

    private mutating func checkFrame() throws {
        let length = try reader.read(UInt64.self)
        guard length <= UInt64(reader.remaining) else {
            throw malformed("a frame of at most \(reader.remaining) bytes", "one of \(length)")
        }
    }

    private mutating func number(_ instruction: PickleInstruction) throws -> PickleValue {
        switch instruction {
        case .newTrue: .bool(true)
        case .newFalse: .bool(false)
        case .binInt: .int(Int(try reader.read(Int32.self)))
        case .binInt1: .int(Int(try reader.read(UInt8.self)))
        case .binInt2: .int(Int(try reader.read(UInt16.self)))
        case .long1: try long(Int(try reader.read(UInt8.self)))
        case .long4: try long(Int(try reader.read(UInt32.self)))
        case .binFloat:
            .float(Double(bitPattern: UInt64(bigEndian: UInt64(littleEndian: try reader.read(UInt64.self)))))
        default: .none
        }
    }

    /// A whole number of `count` bytes in two's complement, the lowest first.
    private mutating func long(_ count: Int) throws -> PickleValue {
        let bytes = try reader.read(count: count)
        guard count <= 8 else { return .wideInt }
        var bits: UInt64 = bytes.last.map { $0 >= 0x80 } == true ? .max : 0
        for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
        return .int(Int(truncatingIfNeeded: bits))
    }

    private mutating func length(_ instruction: PickleInstruction) throws -> Int {
        switch instruction {
        case .shortBinString, .shortBinUnicode, .shortBinBytes: Int(try reader.read(UInt8.self))
        case .binString, .binUnicode, .binBytes: Int(try reader.read(UInt32.self))
        default: Int(clamping: try reader.read(UInt64.self))
        }
    }

    private mutating func text(_ count: Int) throws -> String {
        guard let text = String(validating: try reader.read(count: count), as: UTF8.self) else {
            throw malformed("text in UTF-8", "other bytes")
        }
        return text
    }

    private mutating func collect(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .tuple1: try pushTuple(1)
        case .tuple2: try pushTuple(2)
        case .tuple3: try pushTuple(3)
        case .tuple: try push(.tuple(hold(popToMark())))
        case .emptyList: try push(.list([]))
        case .emptyDictionary: try push(.dictionary([]))
        case .emptySet: try push(.set)
        case .frozenSet:
            try dropToMark()
            try push(.set)
        case .append:
            let values = try hold([pop()])
            try changeTop("a list to append to") { $0.append(values) }
        case .appends, .addItems:
            let values = try hold(popToMark())
            try changeTop("a list to append to") { $0.append(values) }
        case .setItem:
            let value = try pop()
            let key = try pop()
            let entry = try hold([key, value])
            try changeTop("a dictionary to fill") { $0.setItems(entry) }
        case .setItems:
            let entries = try hold(popToMark())
            try changeTop("a dictionary to fill with pairs") { $0.setItems(entries) }
        default: try push(.tuple([]))
        }
    }

    private mutating func remember(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .binGet: try push(try memoized(Int(try reader.read(UInt8.self))))
        case .longBinGet: try push(try memoized(Int(try reader.read(UInt32.self))))
        case .binPut: try memoize(at: Int(try reader.read(UInt8.self)))
        case .longBinPut: try memoize(at: Int(try reader.read(UInt32.self)))
        default: try memoize(at: memo.count)
        }
    }

    /// What Python would import or call is noted down.
    private mutating func note(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .global: try pushGlobal(module: try line(), name: try line())
        case .stackGlobal:
            guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
                throw malformed("the name of a class or function", "another value")
            }
            try pushGlobal(module: module, name: name)
        case .newObjectWithNames:
            _ = try pop()
            try noteCall()
        case .build:
            let state = try pop()
            try changeTop("an object to give a state to") { $0.setState(state) }
        case .persistentID: try push(.persistent(try pop()))
        default: try noteCall()
        }
    }

    private mutating func noteCall() throws {
        let arguments = try pop()
        try push(.call(PickleCall(callable: try pop(), arguments: arguments)))
    }

    private mutating func pushGlobal(module: String, name: String) throws {
        // A text in the memo can be named again and again, and each name is a new text.
        for part in [module, name] where part.utf8.count > PickleNames.longest {
            throw malformed("a name of at most \(PickleNames.longest) bytes", "one of \(part.utf8.count)")
        }
        guard PickleNames.mayBeNoted(module: module, name: name) else {
            throw malformed(
                "a state dictionary, which is data", "a pickle that wants to run \("\(module).\(name)".shown)")
        }
        try push(.global("\(module).\(name)"))
    }

    /// Text up to a line's end.
    private mutating func line() throws -> String {
        guard let end = reader.rest.firstIndex(of: UInt8(ascii: "\n")) else {
            throw malformed("a name that ends with its line", "the end of the pickle")
        }
        defer { _ = try? reader.read(count: 1) }
        return try text(end)
    }
}
