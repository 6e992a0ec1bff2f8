/// Names that no data needs. Nothing that a pickle names is ever called here, so this guards nobody; but a file that
/// names one of these was made to harm whoever opens it with Python, and whoever has it should hear of it.
enum PickleNames {
    private static let modules: Set<String> = [
        "os", "posix", "nt", "subprocess", "commands", "sys", "shutil", "socket", "pty", "runpy", "importlib", "imp",
        "ctypes", "code", "codeop", "pdb", "bdb", "timeit", "pickle", "_pickle", "marshal", "webbrowser", "operator",
        "_operator", "multiprocessing", "asyncio", "urllib", "http", "ftplib", "smtplib", "requests", "pydoc",
        "doctest",
        "torch.hub", "torch.utils.cpp_extension",
    ]

    /// Of Python's own functions, those that make plain values; `getattr` is how some enums are written.
    private static let builtins: Set<String> = [
        "set", "frozenset", "list", "dict", "tuple", "int", "float", "complex", "bool", "str", "bytes", "bytearray",
        "slice", "range", "object", "getattr", "Ellipsis", "NotImplemented",
    ]

    /// Parts of the longest of `modules`.
    private static let mostParts = 3

    /// Bytes of the longest name that is read: no module or class has one as long.
    static let longest = 256

    /// Whether a name may stand in a state dictionary, inert.
    static func mayBeNoted(module: String, name: String) -> Bool {
        if module == "builtins" || module == "__builtin__" { return builtins.contains(name) }
        let parts = module.split(separator: ".", maxSplits: mostParts, omittingEmptySubsequences: false)
        return !(1...mostParts).contains { modules.contains(parts.prefix($0).joined(separator: ".")) }
    }
}
