import BundledModels
import Capacity
import Testing
import Workbench

@Suite("This machine, calibrated")
struct CPUCalibrationTests {
    private let machine = MachineModel(
        limits: CoreLimits(readBytesPerSecond: 2e10, batchFLOPS: 1e11, promptFLOPS: 2e11))

    @Test("The costs behind four runs come back from their times, and then tell the time of another run")
    func recovery() throws {
        let model = try PlannedModel.named(BundledModel.base.folder())
        var known = Efficiencies.ideal
        known.layerSeconds = 3e-5
        known.sequenceSeconds = 4e-6
        known.attention.decode.memory = 0.2
        func run(_ batch: Int, _ prompt: Int) throws -> (what: CPUCalibration.Case, seconds: Double) {
            let what = CPUCalibration.Case(model: .base, policy: "full", batch: batch, promptTokens: prompt)
            return (what, try machine.secondsPerStep(what, of: model, known))
        }
        let runs = try [(1, 64), (1, 896), (8, 64), (8, 896)].map(run)
        let found = try machine.fit(runs, on: model)
        #expect(abs(found.layerSeconds / 3e-5 - 1) < 0.02 && abs(found.sequenceSeconds / 4e-6 - 1) < 0.02)
        #expect(abs(found.attention.decode.memory / 0.2 - 1) < 0.02)
        let other = try run(4, 448)
        let predicted = try machine.secondsPerStep(other.what, of: model, found)
        #expect(abs(predicted / other.seconds - 1) < 0.01)
    }

    @Test("DMC is predicted by the ratio it was trained for, and evictions by their budget")
    func policies() throws {
        var model = try PlannedModel.named(BundledModel.compressed.folder())
        func seconds(_ policy: String) throws -> Double {
            try machine.secondsPerStep(
                CPUCalibration.Case(model: .compressed, policy: policy, batch: 8, promptTokens: 448), of: model, .ideal)
        }
        let trained = try seconds("dmc")
        model.configuration.dmc?.targetRatio = 1
        #expect(try trained < seconds("dmc"))
        #expect(try seconds("window:sinks=4,window=60") < seconds("full"))
    }
}
