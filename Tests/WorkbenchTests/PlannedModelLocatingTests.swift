import Capacity
import Descriptions
import TestSupport
import Testing
import Workbench

@Suite("Models to plan for")
struct PlannedModelLocatingTests {
    @Test("A Megatron checkpoint is planned for as it is, DMC's settings included")
    func megatron() throws {
        let folder = try TemporaryFolder()
        let shape = ModelConfiguration.small(dmc: DMCSettings(window: 7))
        try MegatronModel(RandomModel(shape), ranks: 2).write(to: folder, latest: "5")
        let model = try PlannedModel.located(folder.path)
        #expect(model.configuration == shape && model.groupTraining == nil)
        #expect(model.name == folder.path.split(separator: "/").last.map(String.init))
    }

    @Test("Bundled models and listed ones go by their names, and an unknown word is refused")
    func names() throws {
        #expect(try PlannedModel.located("default").configuration.dmc != nil)
        #expect(try PlannedModel.located("default-gqa").groupTraining == .published)
        #expect(try PlannedModel.located("llama2-7b").name == "llama-2-7b")
        #expect(throws: CapacityError.self) { try PlannedModel.located("llama-9") }
    }
}
