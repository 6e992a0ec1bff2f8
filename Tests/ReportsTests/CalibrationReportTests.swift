import Capacity
import Reports
import TestSupport
import Testing

@Suite("A fit is printed, and doubted where it must be")
struct CalibrationReportTests {
    private func report(atOnce: Int, milliseconds: Double) throws -> CalibrationReport {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "result.json",
            """
            {"model_id": "llama-2-7b", "completed": 100, "max_concurrency": \(atOnce), "total_input_tokens": 102400,
            "total_output_tokens": 12800, "mean_tpot_ms": \(milliseconds)}
            """)
        let gpu = try GPU.named("a100-80gb")
        let rows = try MeasurementFile(path: path).measurements
        return CalibrationReport(
            gpu: gpu, result: try Calibrator(gpu: gpu, engine: "vLLM", version: "").calibrate(rows))
    }

    @Test("A fit that misses its own rows is doubted in one line that names what is off, and the costs left at nothing")
    func doubtful() throws {
        // Far less than the prompts of fifty requests take, which keep coming in between.
        let warning = try #require(try report(atOnce: 50, milliseconds: 14).warning)
        #expect(warning.hasPrefix("the fit is doubtful: token_time is off by "), "\(warning)")
        #expect(warning.contains("step_seconds was fitted to next to nothing"), "\(warning)")
        #expect(!warning.contains("\n"))
    }

    @Test("A fit that its rows speak for is not doubted")
    func sound() throws { #expect(try report(atOnce: 4, milliseconds: 15).warning == nil) }
}
