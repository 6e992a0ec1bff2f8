/// What a replica is, as far as a simulation needs to know: its pages, its sequences' curves, and its clock.
package struct ServingEngine {
    /// Pages of each GPU.
    package var pages: Int
    /// GPUs that sequences are counted on.
    package var gpus: Int
    /// Tokens that the model knows, prompt and new ones together; nil for no limit.
    package var contextLimit: Int?
    /// The curve of the request with that number.
    package var curve: (Workload.Request, _ number: Int) -> any SequenceCurve
    /// Whether it prefills all of a prompt but its last token, which a decode step feeds: LMDeploy of 2023 does. A first
    /// token is then a step later.
    package var promptsEndInDecode: Bool
    /// Seconds of one step.
    package var stepSeconds: (StepLoad) -> Double

    /// An engine by its parts; see the properties.
    package init(
        pages: Int, gpus: Int = 1, contextLimit: Int? = nil, promptsEndInDecode: Bool = false,
        curve: @escaping (Workload.Request, _ number: Int) -> any SequenceCurve,
        stepSeconds: @escaping (StepLoad) -> Double
    ) {
        self.pages = pages
        self.gpus = gpus
        self.contextLimit = contextLimit
        self.promptsEndInDecode = promptsEndInDecode
        self.curve = curve
        self.stepSeconds = stepSeconds
    }
}
