import Descriptions
import Files
import Foundation

/// Writes the folder that a conversion makes of a checkpoint: aside, then renamed.
struct ConvertedFolder {
    let source: Checkpoint
    /// Fields of `config.json` that replace the source's.
    let fields: [String: JSONValue]
    /// What was done, in words; it is added to what was done before.
    let conversion: String
    let tensors: [SafetensorsWriter.Entry]

    /// Writes the new folder `path`.
    /// - Throws: `FileError`; nothing is left behind then.
    func write(to path: String) throws {
        let target = URL(fileURLWithPath: path).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: target) else { throw FileError.exists(path: path) }
        try DiskSpace.require(tensors.reduce(0) { $0 + $1.count }, for: path)
        let aside = "\(target).\(getpid()).partial"
        do {
            do {
                try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: false)
            } catch {
                throw FileError.unwritable(path: path, reason: "its folder cannot be made")
            }
            try AtomicFile.write(try configuration(), to: "\(aside)/config.json")
            if let tokenizer = source.tokenizerPath {
                try AtomicFile.write(try MappedFile.contents(of: tokenizer), to: "\(aside)/tokenizer.model")
            }
            try SafetensorsWriter.write(tensors, to: "\(aside)/model.safetensors")
            guard rename(aside, target) == 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: aside)
            throw error
        }
    }

    private func configuration() throws -> [UInt8] {
        var fields = try JSONDecoder().decode([String: JSONValue].self, from: Data(source.configurationBytes))
        fields.merge(self.fields) { $1 }
        let steps = [source.configuration.conversion, conversion].compactMap { $0 }
        fields["headroom_conversion"] = .string(steps.joined(separator: "; "))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(fields))
    }
}
