import Capacity
import Descriptions

extension ComparedRun {
    /// The variant that this run stands for on the model that is planned for: its policy, with the share of KV heads
    /// that it has of the `plainHeads` of the plain model.
    func variant(on model: PlannedModel, plainHeads: Int) -> PlanVariant {
        let shape = header.configuration
        guard shape.kvHeads < plainHeads else { return PlanVariant(policy: header.policy) }
        let kvHeads = max(1, model.configuration.kvHeads * shape.kvHeads / plainHeads)
        return PlanVariant(kvHeads: kvHeads, policy: header.policy)
    }

    /// The projection for this run's policy.
    func planRow(_ request: PlanRequest, plainHeads: Int) throws -> PlanRow {
        var request = request
        if header.policy == .dmc {
            request.lengths = .trace(try RecordedTrace(header: header, prompts: prompts))
        }
        let variant = variant(on: request.model, plainHeads: plainHeads)
        return try Planner(request).plan(for: variant).row()
    }
}
