import Files

/// Writes the pickle of a `torch.save` archive, protocol 2: what a state dictionary needs, and no more.
struct PickleWriter {
    private var writer = ByteWriter()

    init() { writer.write([0x80, 2] as [UInt8]) }

    /// The finished pickle.
    var bytes: [UInt8] { writer.bytes + Array(".".utf8) }

    /// A dictionary, whose `items` are keys and values in turn.
    mutating func dictionary(_ items: (inout PickleWriter) -> Void) {
        code("}(")
        items(&self)
        code("u")
    }

    /// A `collections.OrderedDict` likewise.
    mutating func orderedDictionary(_ items: (inout PickleWriter) -> Void) {
        emptyOrderedDictionary()
        code("(")
        items(&self)
        code("u")
    }

    /// An `argparse.Namespace`, whose `attributes` are names and values in turn.
    mutating func namespace(_ attributes: (inout PickleWriter) -> Void) {
        global("argparse", "Namespace")
        code(")")
        writer.write([0x81] as [UInt8])
        dictionary(attributes)
        code("b")
    }

    mutating func string(_ text: String) {
        code("X")
        writer.write(text)
    }

    mutating func integer(_ value: Int) {
        code("J")
        writer.write(Int32(value))
    }

    mutating func number(_ value: Double) {
        code("G")
        writer.write(value.bitPattern.byteSwapped)
    }

    mutating func flag(_ value: Bool) { writer.write([value ? 0x88 : 0x89] as [UInt8]) }

    /// A tensor that fills the storage `data/KEY`, its last index fastest.
    mutating func tensor(key: String, storageType: String, shape: [Int]) {
        global("torch._utils", "_rebuild_tensor_v2")
        code("((")
        string("storage")
        global("torch", storageType)
        string(key)
        string("cpu")
        integer(shape.reduce(1, *))
        code("tQ")
        integer(0)
        tuple(shape)
        tuple(shape.indices.map { shape[($0 + 1)...].reduce(1, *) })
        flag(false)
        emptyOrderedDictionary()
        code("tR")
    }

    private mutating func tuple(_ values: [Int]) {
        code("(")
        for value in values { integer(value) }
        code("t")
    }

    private mutating func emptyOrderedDictionary() {
        global("collections", "OrderedDict")
        code(")R")
    }

    private mutating func global(_ module: String, _ name: String) { code("c\(module)\n\(name)\n") }

    private mutating func code(_ text: String) { writer.write(Array(text.utf8)) }
}
