import ArgumentParser
import Capacity
import Reports

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The models, GPUs and policies that have a name.",
        discussion: """
            Example:
              headroom list gpus --format json
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case models, gpus, policies
    }

    @Argument(help: "models, gpus or policies.")
    var kind: Kind

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func run() throws {
        let report: ListReport =
            switch kind {
            case .models: .models(try PlannedModel.all())
            case .gpus: .gpus(try GPU.all())
            case .policies: .policies(PolicyCard.all)
            }
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }
}
