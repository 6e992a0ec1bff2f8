import ArgumentParser
import Capacity
import Comparison
import Descriptions
import Foundation
import Workbench

/// Runs a command's work; what turns out to be wrong with the command line itself is one line on standard error and
/// exit code 64. All other errors go on.
func usageErrors<Result>(_ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as CapacityError where error.isUsage {
        throw usage(error)
    } catch let error as ComparisonError where error.isUsage {
        throw usage(error)
    } catch let error as BenchError where error.isUsage {
        throw usage(error)
    } catch let error as PolicyError {
        throw usage(error)
    }
}

private func usage(_ error: any Error) -> ExitCode {
    printError("Error: \(error)\n")
    return .validationFailure
}
