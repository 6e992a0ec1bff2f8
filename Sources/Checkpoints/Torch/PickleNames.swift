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

    /// Whether a name may stand in a state dictionary, inert.
    static func mayBeNoted(module: String, name: String) -> Bool {
        if module == "builtins" || module == "__builtin__" { return builtins.contains(name) }
        // As many parts as the longest of the names above has; a file's may have any number.
        let parts = module.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false).prefix(3)
        return !(1...3).contains { modules.contains(parts.prefix($0).joined(separator: ".")) }
    }
}
